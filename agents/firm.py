"""How a firm decides: what it uses, believes, wants to hold, orders, and from whom.

Every function is a rule: plain numbers in, one number out, no state. The kernel compiles them; a study
can put its own in their place (see `sim/engine/rules.py`). Tonnes are of contained oxide or metal, rates are
per year, `dt` is the step in years. Parameters named here stand in `behaviour.csv`.
"""

from math import exp, log


def use(
    base_t: float, activity: float, intensity: float, price_gap: float, elasticity: float, disturbance: float
) -> float:
    """Tonnes a firm wants to use this week.

    base * activity * intensity * (price / base price)^-elasticity * e^disturbance, with `base_t` the use of
    a base-year week and `price_gap` the log of price over base-year price. Source: isoelastic short-run
    demand as in Bradley (2021).
    """
    return base_t * activity * intensity * exp(disturbance - elasticity * price_gap)


def alarm(
    news: float,
    shortfall: float,
    neighbours: float,
    shortfall_gain: float,
    shortfall_tolerance: float,
    neighbour_weight: float,
) -> float:
    """The signal that perceived risk runs after, between 0 and 1: the loudest of three voices.

    News about supply, the firm's own unfilled share of orders beyond what it tolerates, and what the
    other firms of its country fear. News and flow are separate inputs: a threat alarms without a cut.
    """
    own = shortfall_gain * max(0.0, shortfall - shortfall_tolerance)
    return min(1.0, max(news, own, neighbour_weight * neighbours))


def risk(previous: float, signal: float, rise: float, decay: float, dt: float) -> float:
    """Perceived risk after one step: fast towards a louder signal, slow away from it (exact step)."""
    rate = rise if signal > previous else decay
    return signal + (previous - signal) * exp(-rate * dt)


def expected_growth(price: float, habitual: float, trend: float, reversion: float, trend_weight: float) -> float:
    """Expected log growth of a price a year: part of the way back to the habitual price.

    `trend` (log growth a year, smoothed) counts with `trend_weight`, zero by default: extrapolation
    makes most parameter sets oscillate. Anufriev and Hommes (2012) for the two heuristics.
    """
    return -reversion * log(price / habitual) + trend_weight * trend


def cover(
    normal_months: float,
    perceived_risk: float,
    growth: float,
    cover_risk: float,
    cover_growth: float,
    low: float,
    high: float,
) -> float:
    """Months of use that a firm wants to hold: normal * clip(1 + kr risk + kp growth, low, high)."""
    return normal_months * min(high, max(low, 1.0 + cover_risk * perceived_risk + cover_growth * growth))


def relied_cover(wanted_months: float, backed_months: float, crowding_out: float, lowest_months: float) -> float:
    """Months of use that a firm wants to hold when it believes a state's reserve stands behind it.

    max(lowest, wanted - crowding_out * backed): each month believed to be in the reserve for firms like it displaces a
    part of its own. Source: public stocks displace private ones in mild, not in severe crises (OSTI 6525114).
    """
    return max(lowest_months, wanted_months - crowding_out * backed_months)


def order(
    use_t: float,
    stock_t: float,
    wanted_t: float,
    pipeline_t: float,
    wanted_pipeline_t: float,
    stocking: float,
    destocking: float,
    supply_line: float,
    floor: float,
    dt: float,
) -> float:
    """Tonnes ordered this week (Sterman's stock management rule).

    use + (wanted - stock)/tau + beta (wanted pipeline - pipeline)/tau, never below `floor` * use;
    tau is `stocking` years below the target and `destocking` years above it.
    """
    gap = wanted_t - stock_t
    tau = stocking if gap > 0.0 else destocking
    rate = (gap + supply_line * (wanted_pipeline_t - pipeline_t)) * dt / tau
    return max(floor * use_t, use_t + rate)


def price_appeal(relative_landed_price: float, price_sensitivity: float) -> float:
    """Factor by which a supplier's landed price, relative to the base year, scales its share: price^-b.

    Source: logit choice over log price as in Weisbuch and Kirman.
    """
    return exp(-price_sensitivity * log(relative_landed_price))


def supplier_weight(base_weight: float, appeal: float, trust: float) -> float:
    """Unnormalised share of an order that goes to one supplier: base weight * price appeal * trust.

    Source: disrupt-sc (weights times fill).
    """
    return base_weight * appeal * trust


def trust(previous: float, fill: float, gain: float, memory_years: float, dt: float) -> float:
    """Trust in a supplier after a delivery of `fill` (share of the order), between 1 / (1 + gain) and 1.

    d trust = (1 - trust - gain (1 - fill) trust) dt / memory, by an implicit step: what is not delivered costs
    trust, which comes back over the memory; where some cannot deliver, orders move until the others fill them.
    """
    pace = dt / memory_years
    return (previous + pace) / (1.0 + pace * (1.0 + gain * (1.0 - fill)))


def shun(perceived_risk: float, aversion: float) -> float:
    """Factor by which fear of an exporting state scales the shares of its suppliers: e^(-aversion * risk)."""
    return exp(-aversion * perceived_risk)


def trader_stock(
    normal_t: float,
    perceived_risk: float,
    growth: float,
    mood: float,
    relative_price: float,
    trader_risk: float,
    trader_growth: float,
    low: float,
    high: float,
    finance: float,
) -> float:
    """Tonnes a trader without own use wants to hold: more on an expected rise, within its finance limit.

    normal * clip(1 + kn risk + kh growth, low, high) * e^mood, at most finance * normal / relative price.
    """
    factor = min(high, max(low, 1.0 + trader_risk * perceived_risk + trader_growth * growth))
    return normal_t * min(factor * exp(mood), finance / relative_price)


def intensity(
    previous: float,
    price_gap: float,
    elasticity: float,
    speed: float,
    threshold: float,
    cap: float,
    back: float,
    floor: float,
    dt: float,
) -> float:
    """Material per unit of output after one step of thrift: fast to save, slow to return (hysteresis).

    At a price that stays, products would be redesigned to i* = e^(-elasticity * (price_gap - threshold)), at least
    `floor`, with `price_gap` the log of the smoothed price over the base-year price. Above i* the intensity falls by
    min(cap, speed * ln(i / i*)) a year, below it comes back at `back` a year. Form: putty-clay with a limit on the
    speed of redesign (Sprecher et al. 2017).
    """
    goal = max(floor, exp(-elasticity * max(0.0, price_gap - threshold)))
    if previous > goal:
        return max(goal, previous * (1.0 - min(cap, speed * log(previous / goal)) * dt))
    return min(goal, previous * (1.0 + back * dt))


def relocation(gap: float, speed: float, threshold: float) -> float:
    """Share of use a year that moves into the exporting state; `gap` is ln(outside/inside) beyond tax."""
    excess = gap - threshold
    return speed * min(1.0, excess / 0.5) if excess > 0.0 else 0.0


def scrap(use_t: float, share: float, price_gap: float, response: float) -> float:
    """Tonnes recovered from the firm's own scrap: share * use * (1 + response * price gap), bounded."""
    return use_t * share * min(3.0, max(0.2, 1.0 + response * price_gap))


def old_scrap(worn_t: float, share: float, price_gap: float, response: float) -> float:
    """Tonnes recovered from products that wear out: share * worn out * (1 + response * smoothed price gap), bounded.

    Collection is built up slowly, so it answers the price that engineers look at. At most nine tenths of what wears
    out come back. Form: as for new scrap; assumption.
    """
    return worn_t * min(0.9, share * min(3.0, max(0.2, 1.0 + response * price_gap)))
