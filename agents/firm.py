"""How a firm decides: what it uses at a price, what it wants to hold, and how fast it fills or lets go.

Every function is a rule: plain numbers in, a quantity and its slope in the log of price out, which the market needs to
find the price at which all wishes meet. The kernel compiles them; a study can put its own in their place (see
`sim/engine/rules.py`). Stocks are tonnes contained, rates per year; `gap` is ln(price / base-year price). Parameters
named here stand in `behaviour.csv`.
"""

from math import exp

SCARCE = 0.7  # ln 2: up to twice the base price use gives way by its elasticity alone
DESPERATE = 3.4  # ln 30: from here on nearly nobody can pay, whatever the elasticity


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


def use(gap: float, level: float, elasticity: float, steepness: float) -> tuple[float, float]:
    """Use at a price, and its slope: level * e^(-elasticity gap - choke(gap)).

    It is the quote for those on contract too: a contract is for so many tonnes, and who uses one less sells it dear.
    """
    given_up, slope = choke(gap, steepness)
    use = level * exp(-elasticity * gap - given_up)
    return use, -use * (elasticity + slope)


def wanted(above: float, normal: float, answer: float) -> tuple[float, float]:
    """Stock that holders want, t, with `above` = ln(expected price / price) and its slope in the log of price.

    normal * e^(answer * above): who expects a higher price holds more of it. It must stay in proportion to `normal`, of
    which every holder has a part. Source: the storers of Deaton and Laroque (1992), made smooth over holders who expect
    different prices.
    """
    held = normal * exp(answer * above)
    return held, -answer * held


def filled(missing: float, slope: float, fill_years: float, release_years: float) -> tuple[float, float]:
    """Buying that closes a gap of stock, t a year, and its slope: quick to let go, slow to fill."""
    years = fill_years if missing > 0.0 else release_years
    return missing / years, slope / years


def released(above: float, usable: float, answer: float) -> tuple[float, float]:
    """What holders let go over a horizon at a price `above` = ln(price / normal price), t a year, and its slope.

    usable (1 - e^(-answer * above)); below the normal price they take up at most as much again.
    """
    if above < 0.0:
        taken = exp(max(answer * above, -40.0))
        return -usable * (1.0 - taken), usable * answer * taken
    kept = exp(-answer * above)
    return usable * (1.0 - kept), usable * answer * kept


def relied(wanted_months: float, backed_months: float, crowding_out: float) -> float:
    """Months of use that firms want to hold when they believe a state's reserve stands behind them.

    wanted * (1 - crowding_out * backed / (backed + wanted)): the first months in a reserve displace `crowding_out` of
    their own number each, further ones less and less. Source: public stocks displace private ones in mild, not in
    severe crises (OSTI 6525114); form: assumption.
    """
    return wanted_months * (1.0 - crowding_out * backed_months / (backed_months + wanted_months))
