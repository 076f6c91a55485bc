"""Statistics of a run on numbers worked by hand: eight weeks of two prices and one flow, two replications."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from chokepoint.experiments.history import run_statistics as statistics
from chokepoint.experiments.history.facts import SPANS, read_facts, spans
from chokepoint.sim import Run
from chokepoint.sim.market.week import recorded

EPISODES = Path(__file__).parents[3] / "experiments" / "episodes"
WEIGHTS = {"Nd": 3.0, "Pr": 1.0}
BASE = (date(2019, 5, 13), date(2019, 5, 19))  # week 1
SPAN = (date(2019, 5, 20), date(2019, 6, 9))  # weeks 2 to 4
LAST = (date(2019, 6, 10), date(2019, 6, 16))  # week 5
AGAIN = (date(2019, 6, 17), date(2019, 6, 30))  # weeks 6 and 7


@pytest.fixture(scope="module")
def run() -> Run:
    """Weeks from Monday 6 May 2019. The mix (3 Nd + 1 Pr) / 4 is 100, 100, 110, 140, 120, 110, 120, 110 first."""
    nd = [[100, 100, 110, 140, 120, 110, 120, 110], [100, 100, 90, 80, 95, 100, 100, 100]]
    pr = [[100, 100, 110, 140, 120, 110, 120, 110], [100, 100, 90, 80, 95, 100, 100, 100]]
    pr[0][3], nd[0][3] = 200, 120  # 0.75 * 120 + 0.25 * 200 = 140 too
    prices = np.moveaxis(np.array([nd, pr], dtype=float), 0, 2)
    flow = np.array([[10, 10, 20, 20, 5, 5, 5, 5]] * 2, dtype=float)[:, :, None]
    return Run(
        "hand", "By hand", date(2019, 5, 6), 7.0, {"price_inside": ["Nd", "Pr"], "exports": ["Japan"]},
        {"price_inside": prices, "exports": flow}, {}, recorded(),
    )  # fmt: skip


def test_mix_is_weighted_by_mass(run: Run) -> None:
    assert statistics.mix(run, "price_inside", WEIGHTS)[0, 3] == pytest.approx(140.0)


def test_rise_and_its_week(run: Run) -> None:
    # 140 / 100 - 1 in the second week after the base; in the other replication the best of 90, 80, 95 in the third
    assert statistics.mix_rise(run, "price_inside", WEIGHTS, BASE, SPAN) == pytest.approx([0.40, -0.05])
    assert statistics.mix_rise_weeks(run, "price_inside", WEIGHTS, BASE, SPAN).tolist() == [2.0, 3.0]


def test_change_against_a_base(run: Run) -> None:
    # (110 + 140 + 120) / 3 / 100 - 1
    assert statistics.mix_change(run, "price_inside", WEIGHTS, BASE, SPAN)[0] == pytest.approx(370.0 / 300.0 - 1.0)


def test_share_of_the_gain_lost(run: Run) -> None:
    # of a gain of 40, 10 are left in week 5; what did not rise loses nothing
    lost = statistics.mix_gain_lost(run, "price_inside", WEIGHTS, BASE, SPAN, LAST)
    assert lost == pytest.approx([0.75, 0.0])


def test_second_rise_over_the_first(run: Run) -> None:
    # 120 / 110 - 1 over 0.40; the second replication stays at 100
    ratio = statistics.mix_second_rise(run, "price_inside", WEIGHTS, BASE, SPAN, LAST, AGAIN)
    assert ratio == pytest.approx([(120.0 / 110.0 - 1.0) / 0.40, 0.0])


def test_growth_of_a_flow(run: Run) -> None:
    # weeks 4 to 7 hold 20, weeks 0 to 3 hold 60
    found = statistics.growth(
        run, "exports", "all", (date(2019, 6, 3), date(2019, 6, 30)), (date(2019, 5, 6), date(2019, 6, 2))
    )
    assert found == pytest.approx([20.0 / 60.0 - 1.0] * 2)


def test_spans_of_facts_are_days() -> None:
    for episode in ("2010-embargo", "2019-threat", "2020-slump"):
        for fact in read_facts(EPISODES / episode).facts:
            given = spans(fact.arguments)
            dated = [given[k] for k in SPANS if k in given]
            assert all(isinstance(first, date) and first <= last for first, last in dated), fact.id


def test_amplification_is_variance_over_mean_at_one_stage_over_another() -> None:
    # sums of two weeks: use 20, 20, 24, 16 (variance 8, mean 20); made by two refiners 10, 30, 30, 10 (variance 100)
    use = np.array([[10, 10, 10, 10, 12, 12, 8, 8]], dtype=float)[:, :, None]
    made = np.array([[[1, 4], [4, 1], [5, 10], [10, 5], [15, 0], [0, 15], [5, 0], [0, 5]]], dtype=float)
    run = Run(
        "hand", "By hand", date(2019, 5, 6), 7.0, {"use": ["Japan"], "refined": ["A", "B"]},
        {"use": use, "refined": made}, {}, recorded(),
    )  # fmt: skip
    span = (date(2019, 5, 6), date(2019, 7, 1))
    assert statistics.amplification(run, "use", "refined", span, weeks=2) == pytest.approx([5.0 / 0.4])


def test_the_first_month_of_a_flow_and_a_default_after_the_peak() -> None:
    days = 60
    flow = np.zeros((1, days, 1))
    flow[0, 30:] = 2.0
    price = np.ones((1, days, 1))
    price[0, 10] = 5.0
    failed = np.zeros((1, days, 1))
    failed[0, 40:] = 1.0
    run = Run(
        "hand", "By hand", date(2019, 1, 7), 7.0,
        {"refined": ["A"], "price_outside": ["Nd"], "defaulted": ["M"]},
        {"refined": flow, "price_outside": price, "defaulted": failed}, {}, recorded(),
    )  # fmt: skip
    # week 30 begins on 5 August 2019; the peak lies in March, the default begins in mid-October
    assert statistics.first_month(run, "refined", "A", 1.0) == pytest.approx([2019 + 7 / 12])
    assert statistics.first_month(run, "refined", "A", 3.0) == pytest.approx([9999.0])
    assert statistics.fails_within(run, ["M"], 8) == pytest.approx([1.0])
    assert statistics.fails_within(run, ["M"], 6) == pytest.approx([0.0])


def test_the_rent_that_is_furthest_off(run: Run) -> None:
    hand = Run(
        "hand", "By hand", date(2019, 5, 6), 7.0,
        {"price_outside": ["La"], "price_inside": ["La"], "licence_price": ["China"]},
        {"price_outside": np.full((1, 4, 1), 80.0), "price_inside": np.full((1, 4, 1), 20.0),
         "licence_price": np.full((1, 4, 1), 5.0)}, {}, recorded(),
    )  # fmt: skip
    span = [date(2019, 5, 6), date(2019, 5, 31)]
    items = [{"span": span, "rents": {"La": 28.5}}, {"span": span, "licence": 15.0}]
    # 80 - 1.15 * 20 = 57, twice 28.5; a licence at 5 where 15 was seen is off by three
    assert statistics.rent_miss(hand, 1, items, 0.15) == pytest.approx([2.0])
    assert statistics.rent_miss(hand, 2, items, 0.15) == pytest.approx([3.0])


def test_a_swing_is_the_highest_over_the_lowest_month(run: Run) -> None:
    # weeks belong to the month of their first day: May has weeks 0 to 3, June the rest
    nd = run.column("price_inside", "Nd")
    may, june = nd[:, :4].mean(axis=1), nd[:, 4:].mean(axis=1)
    found = statistics.swing(run, "price_inside", "Nd", (date(2019, 5, 1), date(2019, 6, 30)))
    assert found == pytest.approx([june[0] / may[0], june[1] / may[1]])
    assert found[0] == pytest.approx(115.0 / 107.5)


def test_weeks_to_a_flow_and_to_its_end(run: Run) -> None:
    # 10, 10, 20, 20, 5, 5, 5, 5 a week: from week 1 on it reaches 20 one week later and is below it three weeks later
    span = (date(2019, 5, 13), date(2019, 6, 30))
    assert statistics.weeks_to(run, "exports", "Japan", span, 20.0).tolist() == [1.0, 1.0]
    assert statistics.weeks_to_end(run, "exports", "Japan", span, 20.0).tolist() == [3.0, 3.0]
    # it has 10 at once, never has 30, and does not fall below 5
    assert statistics.weeks_to(run, "exports", "Japan", span, 10.0).tolist() == [0.0, 0.0]
    assert statistics.weeks_to(run, "exports", "Japan", span, 30.0).tolist() == [999.0, 999.0]
    assert statistics.weeks_to_end(run, "exports", "Japan", span, 30.0).tolist() == [999.0, 999.0]
    assert statistics.weeks_to_end(run, "exports", "Japan", span, 5.0).tolist() == [999.0, 999.0]


def test_how_far_two_prices_part() -> None:
    # outside over inside: 100 / 100 in week 0, (150 + 250) / (90 + 110) in weeks 1 and 2
    prices = {"price_outside": [100.0, 150.0, 250.0], "price_inside": [100.0, 90.0, 110.0]}
    run = Run(
        "hand", "By hand", date(2019, 5, 6), 7.0, {name: ["Nd"] for name in prices},
        {name: np.array(path)[None, :, None] for name, path in prices.items()}, {}, recorded(),
    )  # fmt: skip
    base, span = (date(2019, 5, 6), date(2019, 5, 12)), (date(2019, 5, 13), date(2019, 5, 26))
    assert statistics.gap_change(run, "Nd", base, span).tolist() == [2.0]


def test_a_difference_adds_up_series() -> None:
    # firms 10, 20, 40 and refiners 5, 5, 2 t: from the mean of weeks 0 and 1 to week 2, 40 - 15 and 2 - 5
    stocks = {"stock": [10.0, 20.0, 40.0], "product": [5.0, 5.0, 2.0]}
    run = Run(
        "hand", "By hand", date(2019, 5, 6), 7.0, {name: ["Japan Nd"] for name in stocks},
        {name: np.array(path)[None, :, None] for name, path in stocks.items()}, {}, recorded(),
    )  # fmt: skip
    base, span = (date(2019, 5, 6), date(2019, 5, 19)), (date(2019, 5, 20), date(2019, 5, 26))
    assert statistics.difference(run, ["stock", "product"], "Japan Nd", base, span).tolist() == [22.0]


def test_months_until_a_price_is_back(run: Run) -> None:
    # Pr by month over a base of 100: May 100, 100, 110, 200 (mean 127.5), June 120, 110, 120, 110 (115); the second
    # replication, 100, 100, 90, 80 (92.5), never was away
    span = (date(2019, 5, 6), date(2019, 6, 30))

    def back(within: float) -> list[float]:
        return statistics.months_back(run, "price_inside", "Pr", BASE, span, within).tolist()

    assert back(0.30) == [0.0, 0.0]
    assert back(0.16) == [1.0, 0.0]
    assert back(0.10) == [9999.0, 0.0]
