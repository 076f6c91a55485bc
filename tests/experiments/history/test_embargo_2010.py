"""The episode of 2010: what it must reproduce, and which mechanism carries it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pytest

from chokepoint.experiments.attribution.ablation import design
from chokepoint.experiments.history.catalogue import find
from chokepoint.experiments.history.facts import finding
from chokepoint.experiments.history.run_statistics import basket_ratio, peak, price_ratio, total, total_ratio
from chokepoint.sim.results.run import Run
from chokepoint.sim.simulation import Simulation

EPISODE = find("2010-embargo")
FEW = 8
MT_WELD = {"La": 25.5, "Ce": 46.74, "Pr": 5.32, "Nd": 18.5, "Sm": 2.27, "Eu": 0.443, "Tb": 0.068, "Dy": 0.124}
Q4 = (date(2010, 10, 1), date(2010, 12, 31))
Q1 = (date(2010, 1, 1), date(2010, 3, 31))


def short(changes: list[str], replications: int = FEW) -> Run:
    return EPISODE.simulation(changes=[*changes, "end=2012-12-31"]).run(replications)


@pytest.fixture(scope="module")
def full() -> Run:
    return EPISODE.run(50)


@pytest.fixture(scope="module")
def base() -> Run:
    return short([])


# What the episode must not fall short of, whatever is searched later; the bands of `facts.toml` are narrower.
FLOOR = {
    **{f"before.{m}": (v / 2.5, v * 2.5) for m, v in (("La", 6.8), ("Ce", 5.2), ("Nd", 27.56), ("Dy", 156.5))},
    **{f"A5.{m}": (v / 2.0, v * 2.0) for m, v in (("La", 135), ("Ce", 162), ("Nd", 370), ("Dy", 2377))},
    **{f"A6.{m}": (2011.33, 2011.76) for m in ("La", "Ce", "Nd", "Dy")},  # May to October 2011
    "A7": (2.7, 7.0), "A8.La": (2.5, 99.0), "A8.Nd": (1.1, 2.2), "A8.Dy": (1.1, 2.2), "A8.use": (0.0, 0.65),
    "after.La": (0.0, 0.25), "after.Nd": (0.1, 0.5), "after.Dy": (0.1, 0.5),
    **{f"A11.{y}": (v * 0.65, v * 1.35) for y, v in ((2010, 39813), (2012, 16265), (2013, 21995), (2014, 28000))},
    "A11.2011": (16900 * 0.65, 18600 * 1.35), "A13.hole": (0.0, 0.5), "A13.return": (2.5, 99.0),
    "A13.quarter": (0.75, 99.0), "A15.2012": (0.35, 0.65), "A18.before": (0.0, 8000.0),
}  # fmt: skip


@pytest.mark.parametrize("name", FLOOR)
def test_history_is_reproduced_in_most_replications(full: Run, name: str) -> None:
    fact = replace(next(f for f in EPISODE.facts.facts if f.id == name), band=FLOOR[name])
    found = finding(fact, EPISODE.facts.value(fact, full))
    assert found.pass_share >= 0.7, f"{fact.title}: {found.value:.3g} ({found.low:.3g} to {found.high:.3g})"


def largest_ratio(run: Run, material: str) -> np.ndarray:
    outside, inside = run.column("price_outside", material), run.column("price_inside", material)
    return (outside / inside).max(axis=1)


def test_without_quota_two_prices_stay_near_the_tax(base: Run) -> None:
    free = short(["quota=none"])
    assert np.median(largest_ratio(free, "La")) <= 1.3 * 1.15
    assert np.median(largest_ratio(base, "La")) > 2.5


def test_without_belief_the_rise_of_2010_is_small_and_the_quota_alone_lowers_the_inside_price(base: Run) -> None:
    calm = ["cover_risk=0", "trader_risk=0"]
    fearless = short(calm)
    assert np.median(basket_ratio(fearless, MT_WELD, Q4, Q1)) < 2.8
    assert np.median(basket_ratio(base, MT_WELD, Q4, Q1)) > 2.8
    unbound = short([*calm, "quota=none"])
    span = (date(2010, 9, 1), date(2011, 6, 30))
    for material in ("La", "Ce"):
        with_quota = np.median(fearless.mean("price_inside", material, *span))
        without = np.median(unbound.mean("price_inside", material, *span))
        assert with_quota < without


def test_without_leakage_the_quota_is_used_up_and_japan_gets_less(base: Run) -> None:
    tight = short(["leak_share=0"])
    year = (date(2011, 1, 1), date(2011, 12, 31))
    assert np.median(total(tight, "exports", "all", year)) / 30246 > 0.75
    japan = [c for c in tight.columns["imports"] if c.startswith("Japan from")]
    assert np.median(total(tight, "imports", japan, Q4)) < np.median(total(base, "imports", japan, Q4))


def test_without_the_crackdown_heavy_and_magnet_peaks_are_a_third_lower(base: Run) -> None:
    lenient = short(list(design(EPISODE).mechanisms["crackdown"].changes))
    for material in ("Nd", "Dy"):
        left = np.median(peak(lenient, "price_outside", material) / peak(base, "price_outside", material))
        assert left <= 0.65, f"{material}: {left:.2f}"


def test_the_hold_moves_tonnes_not_peaks(base: Run) -> None:
    hold = ["embargo=none", "inspection.japan=none", "closure=none"]
    silent = ["news.embargo=none", "news.survey=none", "news.threat=none", "news.denial=none", "news.release=none"]
    heard = EPISODE.simulation(changes=[*silent, "end=2012-12-31"]).run(FEW)  # news taken out, hold kept
    neither = short([*silent, *hold])

    def hole(run: Run) -> float:
        november, september = (date(2010, 11, 1), date(2010, 11, 30)), (date(2010, 9, 1), date(2010, 9, 30))
        return float(np.median(total_ratio(run, "imports", "Japan from China", november, september)))

    assert hole(base) <= 0.5
    assert hole(neither) > hole(heard) + 0.1
    for material in ("La", "Ce", "Nd", "Dy"):
        change = np.median(peak(heard, "price_outside", material) / peak(neither, "price_outside", material))
        assert abs(np.log(change)) < np.log(1.2), material


@dataclass(frozen=True)
class Abroad:
    """What restrictions do outside China, by year from 2012: use, stocks over use and prices (geometric mean of La, Ce,
    Nd, Dy), each over that of the same world and luck without restrictions, so that activity and growth of sectors fall
    out. Medians over replications."""

    use: dict[int, float]
    cover: dict[int, float]
    price: dict[int, float]


STILL = ["activity=none", *(f"sectors.{s.sector}.growth_per_year=0" for s in EPISODE.scenario().sectors)]
DEMANDS = pytest.mark.parametrize("demand", [[], STILL], ids=["demand as it was", "demand as in the base year"])


def abroad(demand: list[str], behaviour: dict[str, float]) -> Abroad:
    calm = [c for c in EPISODE.facts.variants["calm"] if c != "activity=none"]
    pair = [EPISODE.simulation(changes=[*c, *demand], behaviour=behaviour).run(4) for c in ([], calm)]

    def against(value: Callable[[Run, date, date], np.ndarray]) -> dict[int, float]:
        spans = {y: (date(y, 1, 1), date(y, 12, 28)) for y in range(2012, 2019)}
        return {y: float(np.median(value(pair[0], *s) / value(pair[1], *s))) for y, s in spans.items()}

    def use(run: Run, *span: date) -> np.ndarray:
        return run.total("use", [c for c in run.columns["use"] if c != "China"], *span)

    def cover(run: Run, *span: date) -> np.ndarray:
        return run.total("stock", [c for c in run.columns["stock"] if not c.startswith("China ")], *span) / use(
            run, *span
        )

    def price(run: Run, *span: date) -> np.ndarray:
        return np.exp(np.mean([np.log(run.mean("price_outside", m, *span)) for m in ("La", "Ce", "Nd", "Dy")], axis=0))

    return Abroad(against(use), against(cover), against(price))


@DEMANDS
def test_without_thrift_and_substitution_use_comes_back_with_prices(demand: list[str]) -> None:
    """Substitution has two forms, less material in a product and the product made in China: both are taken out."""
    rigid = abroad(demand, {"thrift_speed": 0.0, "relocation_speed": 0.0})
    back = [y for y, x in rigid.price.items() if x <= 1.2]
    assert len(back) >= 3
    assert all(rigid.use[y] >= 0.9 for y in back), rigid


@DEMANDS
def test_thrift_and_substitution_keep_use_down_for_years_after_stocks_are_normal(demand: list[str]) -> None:
    thrifty = abroad(demand, {})
    normal = next(y for y, x in thrifty.cover.items() if x <= 1.1)
    assert normal <= 2015
    assert all(thrifty.use[y] <= 0.9 for y in range(normal, normal + 4)), thrifty


def test_quiet_prices_move_a_little_and_replications_differ(full: Run) -> None:
    first, last = full.step_of(date(2016, 2, 1)), full.step_of(date(2016, 12, 1))
    for material in ("La", "Nd", "Dy"):
        weekly = np.diff(np.log(full.column("price_inside", material)[:, first:last]), axis=1).std(axis=1)
        assert 0.005 <= np.median(weekly) <= 0.04, material
        assert np.log(peak(full, "price_outside", material)).std() >= 0.05, material


def test_nothing_observed_reaches_a_run(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Without its history, and without the rows that are not admitted, the episode runs to the same bits."""
    bare = tmp_path / "bare"
    shutil.copytree(EPISODE.folder, bare)
    for name in ("observed.csv", "facts.toml"):
        (bare / name).unlink()
    rows = (bare / "events.csv").read_text().splitlines(keepends=True)
    kept = [row for row in rows if not row.startswith("observed.")]
    assert len(kept) < len(rows)
    (bare / "events.csv").write_text("".join(kept))
    changes = ["end=2011-12-31"]
    mine = Simulation(bare, changes=changes).run(1)
    theirs = Simulation(EPISODE.folder, changes=changes).run(1)
    for name, values in theirs.arrays.items():
        assert np.array_equal(values, mine.arrays[name]), name


def test_no_parameter_belongs_to_the_episode() -> None:
    assert EPISODE.scenario().behaviour == {}


def test_prices_part_inside_and_outside(base: Run) -> None:
    autumn = ((date(2011, 9, 15), date(2011, 10, 31)), (date(2011, 9, 1), date(2011, 9, 30)))
    ratio = {m: np.median(price_ratio(base, m, *autumn)) for m in ("La", "Nd", "Dy")}
    assert ratio["La"] > 1.5 * ratio["Nd"] > 1.5


def test_half_the_step_is_the_same_story() -> None:
    """C2: with the parameters of the week, half a week changes the loss by a quarter at most."""
    history = EPISODE.facts.history
    assert history is not None
    still = dict.fromkeys(("noise_demand", "noise_mood", "noise_news", "noise_trait", "noise_delay"), 0.0)

    def loss(days: float) -> float:
        changes = ["end=2014-12-31", f"choices.step_days={days}"]
        return history.loss(history.logs(EPISODE.simulation(changes=changes, behaviour=still).run(1)))

    assert abs(loss(3.5) / loss(7.0) - 1.0) <= 0.25
