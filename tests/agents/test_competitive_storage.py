"""Competitive storage held to what defines it: its complementarity conditions, and the prices that follow from them."""

from dataclasses import replace

import numpy as np
import pytest

from chokepoint.agents.reserve_rules import competitive
from chokepoint.agents.reserve_rules.competitive import Settings, Storage, shocks, solve

YEARS = 20_000


def conditions(storage: Storage, s: Settings, at: np.ndarray) -> dict[str, float]:
    """How far a solution lies from the conditions at these availabilities, in shares of the price there.

    arbitrage: |p + k - (1 - d) / (1 + r) E[p']| where something is stored, and more could be; empty, full: by how much
    that margin has the wrong sign where nothing is stored, or no more can be; market: |p - demand at what is used|.
    """
    output, weights = shocks(s.shock)
    stored, price = storage.stock_at(at), storage.price_at(at)
    later = storage.price_at((1.0 - s.decay) * stored[:, None] + output) @ weights
    margin = (price + s.carry - (1.0 - s.decay) / (1.0 + s.rate) * later) / price
    market = np.abs(price - (at - stored) ** (-1.0 / s.elasticity)) / price
    none, full = stored <= 0.0, stored >= storage.stocks[-1]
    assert none.any()
    assert (~none).any()
    return {
        "arbitrage": float(np.abs(margin[~none & ~full]).max()),
        "empty": float(-margin[none].min()), "full": float(margin[full].max(initial=-1.0)),
        "market": float(market.max()), "least": float(stored.min()),
    }  # fmt: skip


def off_grid(storage: Storage, number: int = 20_000) -> np.ndarray:
    """Availabilities that are no points of the grid, from far below the kink to beyond a full store."""
    return np.random.default_rng(7).uniform(0.6, storage.available[-1] + 0.3, number)


CASES = {
    "as set": ({}, 1e-6),
    "free of carry": ({"carry": 0.0, "rate": 0.02}, 1e-6),
    "elastic": ({"elasticity": 1.0}, 1e-6),
    "decays": ({"decay": 0.1}, 1e-6),
    "patient and shaken": ({"carry": 0.01, "shock": 0.1, "highest_days": 1000.0}, 2e-6),
    "small store": ({"highest_days": 60.0}, 1e-6),
    "outcomes far apart": ({"shock": 0.2}, 2e-5),  # shortages at a hundred times the price weigh in
}


@pytest.mark.parametrize("name", CASES)
def test_stock_and_price_are_complementary(name: str) -> None:
    given, tolerance = CASES[name]
    s = Settings(**given)
    found = conditions(solve(s), s, off_grid(solve(s)))
    assert found.pop("least") == 0.0
    assert max(found.values()) < tolerance, found


@pytest.mark.parametrize("fault", ["more stored", "dearer", "carry forgotten", "few points"])
def test_a_wrong_solution_is_found_out(fault: str) -> None:
    s = Settings()
    right = solve(s)
    wrong = {
        "more stored": replace(right, available=right.available + 1e-4),
        "dearer": replace(right, prices=right.prices * 1.0001),
        "carry forgotten": solve(Settings(carry=0.0)),
        "few points": competitive._iterated(
            s, Storage(right.stocks[::10], np.ones(435), right.stocks[::10] + 1.0, 0.2)
        ),
    }[fault]
    found = conditions(wrong, s, off_grid(right))
    assert max(found.values()) > 1e-5, found


def test_the_store_is_empty_at_and_above_one_price() -> None:
    s = Settings()
    storage, output, weights = solve(s), *shocks(s.shock)
    kink, dear = storage.available[0], storage.prices[0]
    # the price at which the first tonne is stored is the worth of a tonne in a world with nothing carried over
    assert dear == pytest.approx((1 - s.decay) / (1 + s.rate) * float(storage.price_at(output) @ weights) - s.carry)
    assert dear == pytest.approx(kink ** (-1.0 / s.elasticity), rel=1e-12)
    assert storage.stock_at(np.array([kink - 1e-9]))[0] == 0.0
    assert storage.stock_at(np.array([kink + 1e-3]))[0] > 0.0
    assert storage.stock_for(dear * 1.001) == 0.0
    assert storage.stock_for(dear * 0.999) > 0.0
    # below the kink price is demand alone; above it a tonne more is partly stored, and moves the price less
    below = np.linspace(0.7, kink, 50, endpoint=False)
    assert storage.price_at(below) == pytest.approx(below ** (-1.0 / s.elasticity), rel=1e-12)
    step = 1e-3
    slope = np.diff(storage.price_at(kink + np.array([-step, 0.0, step])))
    assert 0.0 > slope[1] > 0.7 * slope[0]


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ({"carry": 0.10}, {"carry": 0.02}), ({"rate": 0.10}, {"rate": 0.01}), ({"decay": 0.05}, {"decay": 0.0}),
        ({"shock": 0.02}, {"shock": 0.10}), ({"elasticity": 0.5}, {"elasticity": 0.1}),
    ],
    ids=["carry", "rate", "decay", "shock", "elasticity"],
)  # fmt: skip
def test_what_makes_competition_store_more(less: dict[str, float], more: dict[str, float]) -> None:
    at = np.linspace(0.95, 1.5, 40)
    few, many = (solve(Settings(**given)).stock_at(at) for given in (less, more))
    assert (few <= many + 1e-9).all()
    assert many.sum() > 1.02 * few.sum()


def simulated(s: Settings, stores: bool) -> np.ndarray:
    """Prices of many years on one draw of output, with storage or without."""
    storage = solve(s)
    outputs = 1.0 + s.shock * np.random.default_rng(3).standard_normal(YEARS)
    if not stores:
        return np.asarray(outputs ** (-1.0 / s.elasticity))
    available, left = np.empty(YEARS), 0.0
    for t, output in enumerate(outputs):
        available[t] = (1.0 - s.decay) * left + output
        left = np.interp(available[t], storage.available, storage.stocks, left=0.0)
    return np.asarray(storage.price_at(available))


def test_storage_calms_prices_and_makes_them_remember() -> None:
    def autocorrelation(x: np.ndarray) -> float:
        return float(np.corrcoef(x[:-1], x[1:])[0, 1])

    def skewness(x: np.ndarray) -> float:
        return float((((x - x.mean()) / x.std()) ** 3).mean())

    s = Settings(carry=0.0, rate=0.03, shock=0.1)
    with_it, without = simulated(s, stores=True), simulated(s, stores=False)
    assert abs(autocorrelation(without)) < 0.03
    assert autocorrelation(with_it) > 0.3
    assert with_it.std() < 0.75 * without.std()
    assert skewness(with_it) > 1.2 * skewness(without) > 0.0  # storage cuts slumps off, and not all shortages
    # dear carrying brings back the market without a store
    dear = simulated(Settings(carry=1.0, shock=0.1), stores=True)
    assert dear.std() > 0.95 * without.std()
