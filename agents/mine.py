"""How a mine decides: output under a quota or outside the law, opening, stopping, default.

Rules as in `firm.py`. Ore is a fixed basket of materials (joint products); its value is in USD per kg
of oxide contained. Money of a mine is in thousand USD.
"""

from math import exp, log


def legal_output(capacity_t, quota_t, ore_price, cost):
    """Most that a legal mine ships in a week: its capacity, its quota, and less when ore pays below cost."""
    pays = min(1.0, max(0.0, 2.0 * ore_price / cost - 1.0)) if cost > 0.0 else 1.0
    return min(capacity_t, quota_t) * pays


def unlicensed_output(base_t, capacity_t, relative_ore_value, suppressed, elasticity):
    """Most that unlicensed pits ship: base * value^elasticity * (1 - suppressed by campaigns), within capacity."""
    return min(capacity_t, base_t * exp(elasticity * log(relative_ore_value))) * (1.0 - suppressed)


def pits(previous, relative_value, growth, dt):
    """Unlicensed pits in the ground, relative to the base year, between a quarter and four times as many.

    d ln pits = growth * ln(relative value) dt: while ore is worth more than in the base year new ones are dug, and
    where it is worth less they are given up, so that in the long run ore is worth what it costs to dig.
    """
    return min(4.0, max(0.25, previous * exp(growth * log(relative_value) * dt)))


def believed_value(smoothed, habitual, caution):
    """Ore value an investor counts on: the habitual one plus a cautious share of what stands above it."""
    return min(smoothed, habitual) + caution * max(0.0, smoothed - habitual)


def opens(believed, cost, capacity_t_per_year, capex_kusd, rate, life_years, hurdle, support):
    """True when the present value of the margins is above (1 + hurdle - support) times the outlay.

    PV = (believed - cost) * capacity * (1 - (1 + rate)^-life) / rate, in thousand USD (USD/kg times
    tonnes); `support` is the backing of a government as a share of the outlay.
    """
    annuity = (1.0 - exp(-life_years * log(1.0 + rate))) / rate
    return (believed - cost) * capacity_t_per_year * annuity > (1.0 + hurdle - support) * capex_kusd


def ramp(years_since_opening, ramp_years):
    """Share of capacity that runs: a straight line from zero to one over the ramp."""
    if ramp_years <= 0.0:
        return 1.0
    return min(1.0, max(0.0, years_since_opening / ramp_years))
