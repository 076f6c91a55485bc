"""The episode of 2010: which mechanism does what in it. How well it tells history, `chokepoint score` says."""

import shutil
from datetime import date

import numpy as np
import pytest

from chokepoint.agents.behaviour import NOISE_OFF
from chokepoint.experiments.attribution.ablation import design
from chokepoint.experiments.history.catalogue import find
from chokepoint.experiments.history.mechanisms import COMMON
from chokepoint.experiments.history.run_statistics import basket_ratio, peak, price_ratio, total_ratio
from chokepoint.sim.results.run import Run
from chokepoint.sim.simulation import Simulation

EPISODE = find("2010-embargo")
FEW = 8
MT_WELD = {"La": 25.5, "Ce": 46.74, "Pr": 5.32, "Nd": 18.5, "Sm": 2.27, "Eu": 0.443, "Tb": 0.068, "Dy": 0.124}
Q4 = (date(2010, 10, 1), date(2010, 12, 31))
Q1 = (date(2010, 1, 1), date(2010, 3, 31))


def short(changes: list[str], behaviour: dict[str, float] | None = None) -> Run:
    return EPISODE.simulation(changes=[*changes, "end=2012-12-31"], behaviour=behaviour).run(FEW)


@pytest.fixture(scope="module")
def base() -> Run:
    return short([])


def largest_ratio(run: Run, material: str) -> np.ndarray:
    outside, inside = run.column("price_outside", material), run.column("price_inside", material)
    return (outside / inside).max(axis=1)


def test_without_quota_prices_stay_nearer_to_the_tax(base: Run) -> None:
    free = short(["quota=none"])
    for material in ("La", "Ce"):
        assert np.median(largest_ratio(free, material)) < np.median(largest_ratio(base, material))


def test_without_belief_the_rise_of_2010_is_smaller(base: Run) -> None:
    fearless = short([], COMMON["belief"].values({}))
    assert np.median(basket_ratio(fearless, MT_WELD, Q4, Q1)) < np.median(basket_ratio(base, MT_WELD, Q4, Q1))


def test_the_quota_lowers_the_price_inside_and_raises_that_outside(base: Run) -> None:
    unbound = short(["quota=none"])
    span = (date(2011, 1, 3), date(2011, 12, 25))
    for material in ("La", "Ce"):  # of which most leaves the country in the base year
        ratio = {z: np.median(base.mean(f"price_{z}", material, *span) / unbound.mean(f"price_{z}", material, *span))
                 for z in ("inside", "outside")}  # fmt: skip
        assert ratio["inside"] < 1.0 < ratio["outside"], material


def test_without_smuggling_nothing_leaves_beside_the_quota_and_what_is_outside_is_dearer(base: Run) -> None:
    tight = short(["smuggled_most=0"])
    assert tight.arrays["leaked"].sum() == 0.0 < base.arrays["leaked"].sum()
    year = (date(2011, 1, 1), date(2011, 12, 31))
    assert np.median(tight.mean("price_outside", "La", *year)) > np.median(base.mean("price_outside", "La", *year))


def test_without_the_crackdown_heavy_and_magnet_peaks_are_lower(base: Run) -> None:
    lenient = short(list(design(EPISODE).mechanisms["crackdown"].changes))
    for material in ("Nd", "Dy"):
        assert np.median(peak(lenient, "price_outside", material) / peak(base, "price_outside", material)) < 1.0, (
            material
        )


def test_the_hold_moves_tonnes_not_peaks(base: Run) -> None:
    silent = ["news.embargo=none", "news.survey=none", "news.threat=none", "news.denial=none", "news.release=none"]
    heard = EPISODE.simulation(changes=[*silent, "end=2012-12-31"]).run(FEW)  # news taken out, hold kept
    neither = short([*silent, "embargo=none", "inspection.japan=none", "closure=none"])

    def hole(run: Run) -> float:
        november, september = (date(2010, 11, 1), date(2010, 11, 30)), (date(2010, 9, 1), date(2010, 9, 30))
        return float(np.median(total_ratio(run, "imports", "Japan from China", november, september)))

    assert hole(heard) < hole(neither)
    assert hole(base) < hole(neither)
    for material in ("La", "Ce", "Nd", "Dy"):
        change = np.median(peak(heard, "price_outside", material) / peak(neither, "price_outside", material))
        assert abs(np.log(change)) < abs(np.log(1.0 - hole(neither) + hole(heard))), material


def test_use_that_answers_over_years_stays_low_when_prices_are_back() -> None:
    """Use abroad in 2014 over that of the same world without restrictions, with an answer over years and without."""
    restricted = ["activity=none", "end=2014-12-31"]
    calm = ["end=2014-12-31", *EPISODE.facts.variants["calm"]]
    year = (date(2014, 1, 1), date(2014, 12, 28))

    def kept(behaviour: dict[str, float]) -> float:
        pair = [EPISODE.simulation(changes=changes, behaviour=behaviour).run(2) for changes in (restricted, calm)]
        abroad = [c for c in pair[0].columns["use"] if c != "China"]
        return float(np.median(pair[0].total("use", abroad, *year) / pair[1].total("use", abroad, *year)))

    answering, rigid = kept({}), kept(COMMON["thrift"].values({}))
    assert answering < rigid <= 1.001


def test_prices_move_by_luck_alone_where_nothing_happens() -> None:
    calm = [*EPISODE.facts.variants["calm"], "end=2010-12-31"]
    lucky = EPISODE.simulation(changes=calm).run(2).column("price_inside", "Nd")
    still = EPISODE.simulation(changes=calm, behaviour=NOISE_OFF).run(2).column("price_inside", "Nd")
    assert not np.array_equal(lucky[0], lucky[1])
    assert np.array_equal(still[0], still[1])
    assert np.diff(np.log(lucky), axis=1).std() > np.diff(np.log(still), axis=1).std()


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


def test_one_rent_per_gross_tonne_parts_the_price_of_what_is_cheap_most(base: Run) -> None:
    autumn = ((date(2011, 9, 15), date(2011, 10, 31)), (date(2011, 9, 1), date(2011, 9, 30)))
    ratio = {m: np.median(price_ratio(base, m, *autumn)) for m in ("La", "Nd")}
    assert ratio["La"] > ratio["Nd"]


def test_half_the_step_is_the_same_story() -> None:
    """C2: with the parameters of the week, half a week changes the loss by a quarter at most."""
    history = EPISODE.facts.history
    assert history is not None

    def loss(days: float) -> float:
        changes = ["end=2014-12-31", f"choices.step_days={days}"]
        return history.loss(history.logs(EPISODE.simulation(changes=changes, behaviour=NOISE_OFF).run(1)))

    assert abs(loss(3.5) / loss(7.0) - 1.0) <= 0.25
