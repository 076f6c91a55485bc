"""How a refiner decides: runs, what it keeps back, what it offers abroad, what it asks for a licence.

Rules as in `firm.py`: numbers in, one number out. Money is USD per kg; rates are per year.
"""

from math import exp, log


def run_rate(base_t: float, capacity_t: float, cover: float, response: float, low: float) -> float:
    """Tonnes of feed a refiner wants to run this week.

    base * clip(1 + response (1 - cover), low, capacity/base): `cover` is product stock over its target,
    weighted by value. A refiner that sits on product slows down, or halts.
    """
    if base_t <= 0.0:
        return capacity_t
    return min(capacity_t, base_t * max(low, 1.0 + response * (1.0 - cover)))


def withheld(growth: float, response: float, high: float) -> float:
    """Share of product kept back on an expected rise of the inside price (log growth a year)."""
    return min(high, max(0.0, response * growth))


def presence(output_t_per_year: float, product_t: float, target_t: float, reference_t_per_year: float) -> float:
    """How large a seller outside stands before its buyers, 1 in the base year or, for a new plant, at capacity.

    (output + (product - target) / a quarter of a year) / reference, at least zero: who makes more, or sits on
    product, is offered to more buyers; a plant that does not run yet is not there.
    """
    return max(0.0, (output_t_per_year + (product_t - target_t) / 0.25) / reference_t_per_year)


def export_offer(
    price_outside: float, price_inside_taxed: float, ask: float, slope: float, low: float, high: float
) -> float:
    """Share of an export order that a licence holder serves: clip(1 + slope * margin, low, high).

    The margin is (outside - inside with tax - ask) / outside: with a licence that pays more elsewhere in
    the basket, or product that pays more at home, an order waits.
    """
    margin = (price_outside - price_inside_taxed - ask) / price_outside
    return min(high, max(low, 1.0 + slope * margin))


def licence_value(price: float, orders_t: float, allowed_t: float, elasticity: float, ceiling: float) -> float:
    """Rent in USD per kg gross at which a holder expects its customers to want just what it may ship.

    price * ((orders/allowed)^(1/elasticity) - 1), at least zero and at most ceiling * price; `price` is
    the home price with tax of what it exports, per kg gross. With a slack licence it is worth nothing.
    """
    if orders_t <= allowed_t:
        return 0.0
    if allowed_t <= 0.0:
        return ceiling * price
    ratio = log(orders_t / allowed_t) / elasticity
    return price * min(ceiling, exp(min(ratio, 20.0)) - 1.0)


def licence_ask(previous: float, value: float, rise: float, fall: float, dt: float) -> float:
    """What a holder asks for its licence: follows its value, fast up and slowly down (exact step)."""
    rate = rise if value > previous else fall
    return value + (previous - value) * exp(-rate * dt)


def leakage(gap: float, enforcement: float, share: float, slope: float, threshold: float, deterrence: float) -> float:
    """Share of unlicensed output that is smuggled out.

    share * (1 - deterrence * enforcement) / (1 + exp(-slope (gap - threshold))); `gap` is the log of the
    outside over the inside price: a smuggler saves the tax as well as the licence, and where neither is asked
    there is little to gain. Form: logistic in the gap.
    """
    return share * (1.0 - deterrence * enforcement) / (1.0 + exp(-slope * (gap - threshold)))
