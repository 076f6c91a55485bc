"""The week clears: prices and rents at which every country's net demand is met over the routes between them.

For each material and country the excess, net demand plus what leaves less what comes, is zero; for each exporter with a
quota the rent on a gross tonne is zero or its licences are used up:

    0 <= rent  _|_  licences - sum over materials of gross tonnes shipped  >= 0

Spatial equilibrium with stocks, after Samuelson (1952) and Takayama and Judge (1971). Solved by Newton's method on the
logs of all prices and all rents at once; quotas enter by the function of Fischer (1992). Materials meet
in the rents alone, so that a step solves one small system a material, and one as large as the number of countries.

A market is one material in one country, numbered material by material; a passage is one material on one route. Not in
the week that ships yet: it stands beside the first market until that is replaced.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from math import exp, log, sqrt
from typing import Any

from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.market.rules.curves import WIDTH
from chokepoint.sim.market.rules.curves import carried as curves_carried
from chokepoint.sim.market.rules.curves import filled as curves_filled
from chokepoint.sim.market.rules.curves import output_at as curves_output_at
from chokepoint.sim.market.rules.curves import released_at as curves_released_at
from chokepoint.sim.market.rules.curves import use_at as curves_use_at
from chokepoint.sim.market.rules.curves import wanted_at as curves_wanted_at

ENOUGH = 1e-20  # sum of squared relative residuals at which a week has cleared: each is below 1e-10
GOOD = 1e-13  # what is accepted where rounding lets it get no further: each below 3.2e-7
MOST = 80  # Newton steps
# No quota; one that may bind; one that lets nothing go and has no rent; one whose rent is held while another is sought.
NONE, LIMIT, SHUT, HELD = 0.0, 1.0, 2.0, 3.0
SWEEPS, MOST_RENT = 2, 1e6  # over exporters, where rents are found one by one; times the value of a gross tonne
NOTHING = 1e-5  # licences for less than this part of base-year exports let nothing go
HALVINGS = 9  # of a step that does not help
WIDEST = 64.0  # how much wider the margins of routes are made, at first, where Newton's method fails
FARTHEST = 7.0  # a price stays within e^7 of its base: beyond, the market has no price


def clearing(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Find the prices of all markets and the rents of exporters; `unsolved` is what is left where none are found."""
    for country in range(S.quota.shape[0]):
        licences = I.licences_a_year[country] / N.export_size[country]
        S.quota[country] = NONE if licences < 0.0 else SHUT if licences < NOTHING else LIMIT
    S.steps[0] = 0.0
    S.width[0] = WIDTH
    total = solve(N, I, S)
    if total > GOOD:
        total = narrow(N, I, S)
    if total > GOOD:
        for market in range(S.price_ln.shape[0]):
            S.price_ln[market] = S.base_ln[market]
        for country in range(S.rent.shape[0]):
            S.rent[country] = 0.0
        total = narrow(N, I, S)
    if total > GOOD:
        total = by_halves(N, I, S)
    S.unsolved[0] = 0.0 if total <= GOOD else total


def narrow(N: Any, I: Any, S: Any) -> float:
    """Solve with wide margins of routes and narrow them step by step: routes that open slowly are easy, and what clears
    them is a start for the next."""
    wider = WIDEST
    while wider > 1.0:
        S.width[0] = WIDTH * wider
        solve(N, I, S)
        wider /= 2.0
    S.width[0] = WIDTH
    return solve(N, I, S)


def by_halves(N: Any, I: Any, S: Any) -> float:
    """Find one rent after the other between two that let too much and too little go; a start for the last steps."""
    for _ in range(SWEEPS):
        for country in range(S.rent.shape[0]):
            if S.quota[country] != LIMIT:
                continue
            S.quota[country] = HELD
            low, high = 0.0, N.rent_size[country]
            S.rent[country] = high
            narrow(N, I, S)
            while S.shipped_gross[country] > I.licences_a_year[country] and high < MOST_RENT * N.rent_size[country]:
                low, high = high, 4.0 * high
                S.rent[country] = high
                narrow(N, I, S)
            for _ in range(50):
                S.rent[country] = 0.5 * (low + high)
                narrow(N, I, S)
                if S.shipped_gross[country] > I.licences_a_year[country]:
                    low = S.rent[country]
                else:
                    high = S.rent[country]
            S.quota[country] = LIMIT
    return solve(N, I, S)


def solve(N: Any, I: Any, S: Any) -> float:
    """Newton's method from the present prices and rents; returns the sum of squares that is left."""
    total = evaluate(S.price_ln, S.rent, N, I, S)
    taken = 0
    while total > ENOUGH and taken < MOST:
        taken += 1
        if not direction(N, I, S):
            break
        better = descend(total, N, I, S)
        if better >= total:
            break
        total = better
    S.steps[0] += taken
    return evaluate(S.price_ln, S.rent, N, I, S)


def evaluate(price_ln: Any, rent: Any, N: Any, I: Any, S: Any) -> float:
    """Excess of every market and quota at some prices and rents, with all slopes; returns the sum of their squares."""
    countries = N.export_size.shape[0]
    for market in range(S.excess.shape[0]):
        net_demand(market, price_ln[market], I, S)
    for country in range(countries):
        S.shipped_gross[country] = 0.0
    for material in range(N.gross.shape[0]):
        for route in range(N.route_from.shape[0]):
            passage = material * N.route_from.shape[0] + route
            ship(passage, material, route, price_ln, rent, N, I, S)
            S.excess[material * countries + N.route_from[route]] += S.flow[passage]
            S.excess[material * countries + N.route_to[route]] -= S.flow[passage]
            if N.route_legal[route] > 0:
                S.shipped_gross[N.route_from[route]] += S.flow[passage] * N.gross[material]
    total = 0.0
    for market in range(S.excess.shape[0]):
        total += (S.excess[market] / N.market_size[market]) ** 2
    for country in range(countries):
        if S.quota[country] == LIMIT:
            slack = (I.licences_a_year[country] - S.shipped_gross[country]) / N.export_size[country]
            relative = rent[country] / N.rent_size[country]
            total += (relative + slack - sqrt(relative * relative + slack * slack)) ** 2
    return total


def net_demand(market: int, price_ln: float, I: Any, S: Any) -> None:
    """What a country wants of a material on balance of the rest of the world at a price, t a year, and its slope.

    In the week use - output + what fills or empties stocks; ahead of it, over a horizon, use - output - what holders
    let go. Stock covers weeks of what is used now: who uses half wants half.
    """
    gap, level, contracted = price_ln - S.base_ln[market], S.use_level[market], S.on_contract[market]
    use, use_slope = curves_use_at(gap, level, S.use_elasticity[0], S.choke[0], contracted, S.contract_gap[market])
    output, output_slope = curves_output_at(gap, S.output_level[market], S.supply_elasticity[market], S.spare[market])
    answer = S.stock_answer[0]
    if S.ahead[0] > 0.0:
        released, released_slope = curves_released_at(price_ln - S.normal_ln[market], S.usable_stock[market], answer)
        S.excess[market] = use - output - released
        S.slope[market] = use_slope - output_slope - released_slope
        return
    above = S.expected_ln[market] - price_ln
    cover, cover_slope = (use / level, use_slope / level) if level > 0.0 else (1.0, 0.0)
    wanted, wanted_slope = curves_wanted_at(above, S.normal_stock[market], answer, contracted)
    missing = cover * wanted - S.position[market]
    missing_slope = cover * wanted_slope + cover_slope * wanted
    bought, bought_slope = curves_filled(missing, missing_slope, S.fill_years[0], S.release_years[0])
    forward, forward_slope = curves_wanted_at(above, S.forward_buying[market], answer, 0.0)
    S.excess[market] = use - output + bought + forward
    S.slope[market] = use_slope - output_slope + bought_slope + forward_slope


def ship(passage: int, material: int, route: int, price_ln: Any, rent: Any, N: Any, I: Any, S: Any) -> None:
    """What a passage carries, t a year, and its slopes in ln price there, in ln price here, and in the rent.

    Landed cost is price (1 + tax) + rent * gross tonnes per tonne where the route is legal, and the price alone past
    the border.
    """
    countries = N.export_size.shape[0]
    here, there = N.route_from[route], N.route_to[route]
    price = exp(price_ln[material * countries + here])
    landed, own, in_rent = price, 1.0, 0.0
    if N.route_legal[route] > 0:
        taxed = price * (1.0 + I.route_tax[passage])
        landed = taxed + rent[here] * N.gross[material]
        own = taxed / landed
        in_rent = N.gross[material] / landed
    room = I.route_room[passage]
    if N.route_legal[route] > 0 and S.quota[here] == SHUT:
        room = 0.0
    margin = price_ln[material * countries + there] - log(landed) - N.route_cost[passage]
    flow, slope = curves_carried(margin, N.route_scale[passage], room, S.width[0])
    S.flow[passage] = flow
    S.by_there[passage] = slope
    S.by_here[passage] = -slope * own
    S.by_rent[passage] = -slope * in_rent


def direction(N: Any, I: Any, S: Any) -> bool:
    """Changes of all log prices and rents that would clear, were everything straight; False where there are none."""
    countries = N.export_size.shape[0]
    begin_rents(N, I, S)
    for material in range(N.gross.shape[0]):
        begin_material(material, N, S)
        if not eliminate(S.matrix, S.sides, countries, countries + 1):
            return False
        for cell in range(countries * (countries + 1)):
            S.answers[material * countries * (countries + 1) + cell] = S.sides[cell]
        gather_rents(material, N, S)
    if not eliminate(S.rent_matrix, S.rent_change, countries, 1):
        return False
    for market in range(S.price_change.shape[0]):
        change = S.answers[market * (countries + 1) + countries]
        for country in range(countries):
            change += S.answers[market * (countries + 1) + country] * S.rent_change[country]
        S.price_change[market] = change
    return True


def begin_material(material: int, N: Any, S: Any) -> None:
    """How the excesses of a material answer its prices (`matrix`), what each rent does to them, and what is to undo."""
    countries = N.export_size.shape[0]
    columns = countries + 1
    for cell in range(countries * countries):
        S.matrix[cell] = 0.0
    for cell in range(countries * columns):
        S.sides[cell] = 0.0
    for country in range(countries):
        S.matrix[country * countries + country] = S.slope[material * countries + country]
        S.sides[country * columns + countries] = -S.excess[material * countries + country]
    for route in range(N.route_from.shape[0]):
        passage = material * N.route_from.shape[0] + route
        here, there = N.route_from[route], N.route_to[route]
        S.matrix[here * countries + there] += S.by_there[passage]
        S.matrix[there * countries + there] -= S.by_there[passage]
        S.matrix[here * countries + here] += S.by_here[passage]
        S.matrix[there * countries + here] -= S.by_here[passage]
        S.sides[here * columns + here] -= S.by_rent[passage]
        S.sides[there * columns + here] += S.by_rent[passage]


def begin_rents(N: Any, I: Any, S: Any) -> None:
    """The system over the rents before any material: who has no quota asks none; quotas by Fischer's function."""
    countries = N.export_size.shape[0]
    for cell in range(countries * countries):
        S.rent_matrix[cell] = 0.0
    for country in range(countries):
        S.rent_matrix[country * countries + country] = 1.0
        S.rent_change[country] = -S.rent[country]
        S.by_slack[country] = 0.0
        if S.quota[country] == HELD:
            S.rent_change[country] = 0.0
        if S.quota[country] != LIMIT:
            continue
        slack = (I.licences_a_year[country] - S.shipped_gross[country]) / N.export_size[country]
        relative = S.rent[country] / N.rent_size[country]
        length = sqrt(relative * relative + slack * slack)
        by_rent, by_slack = (1.0 - relative / length, 1.0 - slack / length) if length > 0.0 else (0.5, 0.5)
        S.rent_matrix[country * countries + country] = by_rent / N.rent_size[country]
        S.by_slack[country] = by_slack / N.export_size[country]
        S.rent_change[country] = length - relative - slack


def gather_rents(material: int, N: Any, S: Any) -> None:
    """What a material adds to the system over the rents: how its gross exports answer each rent, prices following."""
    countries = N.export_size.shape[0]
    columns = countries + 1
    for route in range(N.route_from.shape[0]):
        passage = material * N.route_from.shape[0] + route
        here, there = N.route_from[route], N.route_to[route]
        if N.route_legal[route] <= 0 or S.by_slack[here] == 0.0 or S.by_there[passage] <= 0.0:
            continue
        weight = S.by_slack[here] * N.gross[material]
        S.rent_matrix[here * countries + here] -= weight * S.by_rent[passage]
        first = material * countries * columns
        for column in range(columns):
            moved = S.by_there[passage] * S.answers[first + there * columns + column]
            moved += S.by_here[passage] * S.answers[first + here * columns + column]
            if column < countries:
                S.rent_matrix[here * countries + column] -= weight * moved
            else:
                S.rent_change[here] += weight * moved


def eliminate(matrix: Any, sides: Any, size: int, columns: int) -> bool:
    """Solve a small dense system in place by elimination with pivots; `sides` (size, columns) become the answers."""
    for row in range(size):
        pivot = row
        for below in range(row + 1, size):
            if abs(matrix[below * size + row]) > abs(matrix[pivot * size + row]):
                pivot = below
        if abs(matrix[pivot * size + row]) < 1e-300:
            return False
        if pivot != row:
            swap(matrix, row, pivot, size)
            swap(sides, row, pivot, columns)
        for below in range(row + 1, size):
            factor = matrix[below * size + row] / matrix[row * size + row]
            if factor != 0.0:
                for column in range(row, size):
                    matrix[below * size + column] -= factor * matrix[row * size + column]
                for column in range(columns):
                    sides[below * columns + column] -= factor * sides[row * columns + column]
    for row in range(size - 1, -1, -1):
        for column in range(columns):
            value = sides[row * columns + column]
            for right in range(row + 1, size):
                value -= matrix[row * size + right] * sides[right * columns + column]
            sides[row * columns + column] = value / matrix[row * size + row]
    return True


def swap(table: Any, one: int, other: int, columns: int) -> None:
    """Exchange two rows of a flat table."""
    for column in range(columns):
        held = table[one * columns + column]
        table[one * columns + column] = table[other * columns + column]
        table[other * columns + column] = held


def descend(total: float, N: Any, I: Any, S: Any) -> float:
    """Go along the direction as far as it helps; returns the new sum of squares.

    Steps are taken in levels, price (1 + change), since parity with a rent is straight there; none beyond a factor of
    four.
    """
    widest = 1.0
    for market in range(S.price_ln.shape[0]):
        widest = max(widest, abs(S.price_change[market]))
    part = 1.0 / widest
    found = total
    for _ in range(HALVINGS):
        for market in range(S.price_ln.shape[0]):
            moved = S.price_ln[market] + log(max(0.25, 1.0 + part * S.price_change[market]))
            S.trial_ln[market] = min(S.base_ln[market] + FARTHEST, max(S.base_ln[market] - FARTHEST, moved))
        for country in range(S.rent.shape[0]):
            S.trial_rent[country] = max(0.0, S.rent[country] + part * S.rent_change[country])
        found = evaluate(S.trial_ln, S.trial_rent, N, I, S)
        if found < total * (1.0 - 0.1 * part) or found < ENOUGH:
            break
        part *= 0.5
    if found < total:
        for market in range(S.price_ln.shape[0]):
            S.price_ln[market] = S.trial_ln[market]
        for country in range(S.rent.shape[0]):
            S.rent[country] = S.trial_rent[country]
    return found


AXES = {"q": "markets: a material in a country", "j": "routes", "v": "passages: a material on a route"}

# What a layout will bring, once countries are markets.
STRUCTURE = (
    Array("N.route_from", "j", "index", "country that a route leaves", None, "i8"),
    Array("N.route_to", "j", "index", "country that a route leads to", None, "i8"),
    Array("N.route_legal", "j", "1 or 0", "whether tax and rent are paid on a route", None, "i8"),
    Array("N.route_cost", "v", "ln", "cost of a passage, of the landed price", None),
    Array("N.route_scale", "v", "t/year", "flow of a passage for every .004 of margin", None),
    Array("N.gross", "m", "1", "gross tonnes for each tonne contained", None),
    Array("N.market_size", "q", "t/year", "what passes through a market in the base year", None),
    Array("N.export_size", "c", "t gross/year", "legal exports of a country in the base year", None),
    Array("N.rent_size", "c", "USD/kg gross", "value of a gross tonne of exports in the base year", None),
)

MECHANISM = Mechanism(
    "clearing",
    source="Samuelson (1952), Takayama and Judge (1971); Fischer (1992)",
    phases=(Phase(clearing),),
    arrays=(
        Array("I.route_room", "v", "t/year", "what may pass", 1e12),
        Array("I.route_tax", "v", "share", "export tax on the price here"),
        Array("I.licences_a_year", "c", "t gross/year", "licences for exports; below zero for none needed", -1.0),
        Array("S.price_ln", "q", "ln USD/kg", "log of price", lambda start: start.base_ln),
        Array("S.rent", "c", "USD/kg gross", "rent on a licence"),
        Array("S.base_ln", "q", "ln USD/kg", "log of base-year price", lambda start: start.base_ln),
        Array("S.use_level", "q", "t/year", "use at the base price"),
        Array("S.use_elasticity", "1", "1", "elasticity of use"),
        Array("S.choke", "1", "1", "how fast use gives way once a material is scarce"),
        Array("S.on_contract", "q", "share", "use and stock priced by contract"),
        Array("S.contract_gap", "q", "ln", "contract price over the base price"),
        Array("S.output_level", "q", "t/year", "output at the base price"),
        Array("S.supply_elasticity", "q", "1", "elasticity of output; zero for a by-product"),
        Array("S.spare", "q", "share", "capacity that stands idle at the base price", 0.1),
        Array("S.normal_stock", "q", "t", "stock wanted at the expected price"),
        Array("S.expected_ln", "q", "ln USD/kg", "log of expected price", lambda start: start.base_ln),
        Array("S.position", "q", "t", "stock held and under way"),
        Array("S.stock_answer", "1", "1", "elasticity of wanted stock to the expected rise of price"),
        Array("S.fill_years", "1", "years", "over which missing stock is bought", 0.32),
        Array("S.release_years", "1", "years", "over which stock too much is sold", 0.09),
        Array("S.forward_buying", "q", "t/year", "bought ahead of a date"),
        Array("S.ahead", "1", "1 or 0", "whether a horizon is cleared instead of a week"),
        Array("S.usable_stock", "q", "t/year", "stock that holders are ready to let go over the horizon"),
        Array(
            "S.normal_ln", "q", "ln USD/kg", "log of the price that holders think normal", lambda start: start.base_ln
        ),
        Array("S.excess", "q", "t/year", "net demand, plus what leaves, less what comes"),
        Array("S.slope", "q", "t/year", "slope of net demand in the log of price"),
        Array("S.flow", "v", "t/year", "what a passage carries"),
        Array("S.by_there", "v", "t/year", "slope of a flow in the log of price there"),
        Array("S.by_here", "v", "t/year", "slope of a flow in the log of price here"),
        Array("S.by_rent", "v", "t/year per USD/kg", "slope of a flow in the rent"),
        Array("S.shipped_gross", "c", "t gross/year", "legal exports"),
        Array("S.by_slack", "c", "1/(t gross/year)", "slope of a quota's condition in what is left of it"),
        Array("S.matrix", "cc", "t/year", "slopes of the excesses of one material"),
        Array("S.sides", "cs", "t/year", "what each rent, and the excess, ask of the prices of one material"),
        Array("S.answers", "qs", "ln", "how prices answer each rent, and the excess"),
        Array("S.rent_matrix", "cc", "1", "slopes of the conditions of quotas"),
        Array("S.rent_change", "c", "USD/kg gross", "step of the rents"),
        Array("S.price_change", "q", "ln", "step of the prices"),
        Array("S.trial_ln", "q", "ln USD/kg", "prices that are tried"),
        Array("S.trial_rent", "c", "USD/kg gross", "rents that are tried"),
        Array("S.quota", "c", "code", "0 none, 1 a limit, 2 nothing may leave, 3 its rent is held"),
        Array("S.width", "1", "ln", "margin at which a passage carries its normal flow"),
        Array("S.steps", "1", "1", "steps that it took"),
        Array("S.unsolved", "1", "1", "what is left of the excesses where no prices were found"),
    ),
)
