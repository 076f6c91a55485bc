"""What users, mines and holders of stock in a country want at a price: the curves that meet when a week clears.

Numbers in, numbers out; each gives a quantity in t a year and its slope in the log of price, which the solver needs.
`gap` is ln(price / base-year price). Stocks are tonnes, rates per year. Not in the week that ships yet (see
`sim/market/clearing.py`).
"""

from math import exp, sqrt

SCARCE = 0.7  # ln 2: up to twice the base price use gives way by its elasticity alone
DESPERATE = 3.4  # ln 30: from here on nearly nobody can pay, whatever the elasticity
STOPS = -1.2  # ln .3: below it most mines earn less than what they pay for labour and reagents
WIDTH = 0.004  # log margin at which a route carries its normal flow
BYPRODUCT_STOPS = -2.0  # a by-product is sold for what it fetches, down to the cost of recovering it


def choke(gap: float, steepness: float) -> tuple[float, float]:
    """What use gives up beyond its elasticity once a material is scarce: (ln, slope in the gap).

    steepness (gap - ln 2)^2 above twice the base price, and 2 (gap - ln 30)^2 more above thirty times: lines stop,
    recipes change. Form: assumption; a constant elasticity of .05 to .1 alone lets inelastic markets explode.
    """
    if gap <= SCARCE:
        return 0.0, 0.0
    given_up = steepness * (gap - SCARCE) ** 2
    slope = 2.0 * steepness * (gap - SCARCE)
    if gap > DESPERATE:
        given_up += 2.0 * (gap - DESPERATE) ** 2
        slope += 4.0 * (gap - DESPERATE)
    return given_up, slope


def use_at(
    gap: float, level: float, elasticity: float, steepness: float, on_contract: float, contract_gap: float
) -> tuple[float, float]:
    """Use at a price: level * e^(-elasticity g - choke(g)), where a share on contract pays a price of its own.

    g = (1 - on_contract) gap + on_contract contract_gap.
    """
    paid = (1.0 - on_contract) * gap + on_contract * contract_gap
    given_up, slope = choke(paid, steepness)
    use = level * exp(-elasticity * paid - given_up)
    return use, -use * (elasticity + slope) * (1.0 - on_contract)


def output_at(gap: float, level: float, elasticity: float, spare: float) -> tuple[float, float]:
    """Output of mines at a price, within the capacity that stands idle.

    Above the base price level * (1 + spare (1 - e^(-elasticity gap / spare))); below it level * e^(elasticity gap), and
    from .3 of it on mines stop. Without elasticity, a by-product: it goes on until it does not pay to recover it.
    """
    if level <= 0.0:
        return 0.0, 0.0
    if elasticity <= 0.0:
        if gap > BYPRODUCT_STOPS:
            return level, 0.0
        output = level * exp(2.0 * (gap - BYPRODUCT_STOPS))
        return output, 2.0 * output
    if gap > 0.0:
        idle = exp(-elasticity * gap / spare)
        return level * (1.0 + spare * (1.0 - idle)), level * elasticity * idle
    output = level * exp(elasticity * gap)
    if gap > STOPS:
        return output, elasticity * output
    output *= exp(2.0 * (gap - STOPS))
    return output, (elasticity + 2.0) * output


def wanted_at(above: float, normal: float, answer: float, on_contract: float) -> tuple[float, float]:
    """Stock that holders want, t, with `above` = ln(expected price / price) and its slope in the log of price.

    normal * ((1 - on_contract) e^(answer * above) + on_contract): who expects a higher price holds more of it. Source:
    the storers of Deaton and Laroque (1992), made smooth over holders who expect different prices.
    """
    free = (1.0 - on_contract) * normal * exp(answer * above)
    return free + on_contract * normal, -answer * free


def filled(missing: float, slope: float, fill_years: float, release_years: float) -> tuple[float, float]:
    """Buying that closes a gap of stock, t a year, and its slope: quick to let go, slow to fill."""
    years = fill_years if missing > 0.0 else release_years
    return missing / years, slope / years


def released_at(above: float, usable: float, answer: float) -> tuple[float, float]:
    """What holders let go over a horizon at a price `above` = ln(price / normal price), t a year, and its slope.

    usable (1 - e^(-answer * above)); below the normal price they take up at most as much again.
    """
    if above < 0.0:
        taken = exp(max(answer * above, -40.0))
        return -usable * (1.0 - taken), usable * answer * taken
    kept = exp(-answer * above)
    return usable * (1.0 - kept), usable * answer * kept


def carried(margin: float, scale: float, room: float, width: float) -> tuple[float, float]:
    """What a route carries, t a year, and its slope in the margin, the log of price there over landed cost.

    Nothing below zero, `scale` for every `width` above it, and no more than its room; both corners are rounded over
    half a unit, so that a solver by slopes is never lost in one. Complementarity in the limit: Samuelson (1952),
    Takayama and Judge (1971).
    """
    units = margin / width
    if units <= 0.0 or room <= 0.0:
        return 0.0, 0.0
    wanted, slope = (units * units, 2.0 * units) if units < 0.5 else (units - 0.25, 1.0)
    left = room / scale - wanted
    corner = min(0.5, 0.5 * room / scale)
    if left >= corner:
        return scale * wanted, scale * slope / width
    if left <= -corner:
        return room, 0.0
    beyond = (left + corner) * (left + corner) / (4.0 * corner)
    return room - scale * beyond, scale * slope * (left + corner) / (2.0 * corner) / width


def opens_at(flow: float, scale: float) -> float:
    """The margin at which a route with room carries a flow: the inverse of `carried`, for costs of the base year."""
    units = flow / scale
    return WIDTH * (units + 0.25 if units > 0.25 else sqrt(units))
