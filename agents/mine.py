"""How a mine decides: output under a quota or outside the law, opening, stopping, default.

Rules as in `firm.py`. Ore is a fixed basket of materials (joint products); its value is in USD per kg
of oxide contained. Money of a mine is in thousand USD.
"""

from math import exp, log

STOPS = -1.2  # ln .3: below it most mines earn less than what they pay for labour and reagents
BYPRODUCT_STOPS = -2.0  # a by-product is sold for what it fetches, down to the cost of recovering it

# Of investors and lenders; all are assumptions.
INVEST_HURDLE = 0.2  # premium over cost that an investor wants
INVEST_RATE = 0.1  # a year, discount rate of an investor
INVEST_LIFE_YEARS = 15.0  # over which an investor counts
INVEST_MEMORY_YEARS = 1.0  # smoothing of the worth of ore that an investor believes in; Bradley (2021) has three
INVEST_CAUTION = 0.8  # part of a price above the habitual one that an investor counts on
ANCHOR_YEARS = 4.0  # memory of the habitual worth of ore that investors compare with
DEBT_RATE = 0.08  # a year, interest on the debt of mines
DEBT_YEARS = 7.0  # over which it is paid off
DEFAULT_YEARS = 1.0  # with negative cash, after which a mine defaults


def output(gap: float, level: float, elasticity: float, spare: float) -> tuple[float, float]:
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


def believed_value(smoothed: float, habitual: float, caution: float) -> float:
    """Ore value an investor counts on: the habitual one plus a cautious share of what stands above it."""
    return min(smoothed, habitual) + caution * max(0.0, smoothed - habitual)


def opens(
    believed: float,
    cost: float,
    capacity_t_per_year: float,
    capex_kusd: float,
    rate: float,
    life_years: float,
    hurdle: float,
    support: float,
) -> bool:
    """True when the present value of the margins is above (1 + hurdle - support) times the outlay.

    PV = (believed - cost) * capacity * (1 - (1 + rate)^-life) / rate, in thousand USD (USD/kg times
    tonnes); `support` is the backing of a government as a share of the outlay.
    """
    annuity = (1.0 - exp(-life_years * log(1.0 + rate))) / rate
    return (believed - cost) * capacity_t_per_year * annuity > (1.0 + hurdle - support) * capex_kusd


def ramp(years_since_opening: float, ramp_years: float) -> float:
    """Share of capacity that runs: a straight line from zero to one over the ramp."""
    if ramp_years <= 0.0:
        return 1.0
    return min(1.0, max(0.0, years_since_opening / ramp_years))


def paid(ore_price: float, floor: float, subsidy: float) -> float:
    """What a mine earns per kg of ore, USD/kg: max(ore price, floor) + subsidy.

    A state that guarantees the `floor` tops the ore price up to it; one that subsidises adds to every kg. Both are
    USD per kg of oxide contained and zero without such a state. Floor: a contract for difference.
    """
    return max(ore_price, floor) + subsidy


def counted(aid: float, years: float, rate: float, life_years: float) -> float:
    """USD/kg that an investor counts on of `aid` USD/kg paid for the first `years` of a mine's life.

    aid * (1 - (1 + rate)^-n) / (1 - (1 + rate)^-life), with n = years within 0 and the life: the level sum over the
    life that has the same present value.
    """
    n = min(life_years, years)
    if n <= 0.0:
        return 0.0
    return aid * (1.0 - exp(-n * log(1.0 + rate))) / (1.0 - exp(-life_years * log(1.0 + rate)))


def grant_element(loan_rate: float, investor_rate: float, years: float) -> float:
    """Part of a loan that is a gift to an investor who discounts at a higher rate, as a share of the loan.

    1 - A(investor rate) / A(loan rate), with A(i) = (1 - (1 + i)^-n) / i the value of 1 a year for n years. Source:
    the grant element by which OECD and World Bank compare soft loans.
    """
    of_lender, of_investor = ((1.0 - (1.0 + i) ** -years) / i if i > 0.0 else years for i in (loan_rate, investor_rate))
    return 1.0 - of_investor / of_lender


def support(hurdle: float, borne: float, lent: float, gift: float, given: float) -> float:
    """Backing as a share of the outlay that an investor need not earn: hurdle * borne + lent * gift + given.

    No premium is asked on the share of the outlay whose risk a state bears (`borne`: its stake and the debt that it
    guarantees); of what it lends the grant element `gift` is worth having; what it gives need not be earned at all.
    """
    return hurdle * borne + lent * gift + given


def debt_due(debt: float, rate: float, years: float, age_years: float, dt: float) -> float:
    """Thousand USD due to banks this week: a level annuity on `debt` over `years` from opening, nothing after."""
    annuity = (1.0 - exp(-years * log(1.0 + rate))) / rate
    return debt / annuity * dt if age_years < years else 0.0


def loan_due(owed: float, rate: float, years_left: float, cash: float, dt: float) -> float:
    """Thousand USD paid this week on a loan of a state: the annuity on what is owed, as far as there is cash.

    owed * (1 - (1 + rate)^-dt) / (1 - (1 + rate)^-years_left), at most `cash`, with the interest of the week in `owed`:
    level payments that end with the term. What is not paid stays owed: a state stretches a loan where a bank would not.
    """
    left = max(dt, years_left)
    part = (1.0 - exp(-dt * log(1.0 + rate))) / (1.0 - exp(-left * log(1.0 + rate))) if rate > 0.0 else dt / left
    return max(0.0, min(part * owed, cash))


def called(due: float, cash: float, left: float) -> float:
    """Thousand USD that a guarantor pays this week: the part of the debt `due` that cash does not cover, within
    what is `left` of the guarantee."""
    return max(0.0, min(due, due - cash, left))


def dividend(share: float, profit: float, cash: float) -> float:
    """Thousand USD that a state's `share` of this week's profit brings it, as far as there is cash."""
    return max(0.0, min(share * profit, cash))
