"""Figures against history: files, units, identity, and as many observed points as the file holds."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from chokepoint.experiments.history import stories
from chokepoint.experiments.history.observed import observations
from chokepoint.experiments.telling import figures, points
from chokepoint.sim import Run, Simulation
from chokepoint.sim.results.drawing import last_day

EPISODES = Path(__file__).parents[3] / "experiments" / "episodes"
EPISODE = EPISODES / "2010-embargo"


@pytest.fixture(scope="module")
def run() -> Run:
    return Simulation(EPISODE, changes=["end=2011-12-31"]).run(2)


@pytest.fixture(scope="module")
def observed() -> list[dict[str, str]]:
    return observations(EPISODE)


@pytest.fixture(scope="module")
def acts() -> list[dict[str, str]]:
    return figures.rows_of(EPISODE / "events.csv")


STORY = stories.STORIES["2010-embargo"]


def points_drawn(ax, gid: str = "observed") -> int:
    return sum(len(line.get_xdata()) for line in ax.lines if str(line.get_gid()).startswith(gid))


def test_draw_all_writes_png_with_identity(run, tmp_path):
    paths = figures.draw_all(run, EPISODE, tmp_path)
    assert [p.name for p in paths] == [
        "prices.png", "expectations.png", "exports_and_quota.png", "stocks.png", "japan_origin.png", "network.png",
    ]  # fmt: skip
    for path in paths:
        with Image.open(path) as image:
            assert str(run.manifest["identity"]) in image.text["Description"]
            assert image.width > 1400  # a page at print quality


@pytest.mark.parametrize("material", figures.MATERIALS)
def test_observed_prices_drawn_are_those_of_the_file(run, observed, acts, material):
    fig = figures._prices(run, observed, stories.key_events(STORY, acts), {})
    ax = next(ax for ax in fig.axes if ax.get_label() == material)
    rows = [r for r in observed if r["quantity"] == "price" and r["material"] == material and "-metal" not in r["id"]]
    expected = [r for r in rows if run.start <= points.middle(r) <= last_day(run)]
    assert points_drawn(ax) == len(expected) > 0
    scored = [r for r in expected if r["scored"] == "yes" and r["grade"] in ("A", "B")]
    filled = [line for line in ax.lines if str(line.get_gid()).endswith("filled")]
    assert sum(len(line.get_xdata()) for line in filled) == len(scored)
    assert "USD/kg" in ax.get_ylabel()


def test_exports_figure_holds_units_quota_and_observed_months(run, observed, acts):
    fig = figures.exports_and_quota(run, STORY, observed, acts)
    yearly, exports, arrivals = fig.axes
    assert all("t gross" in ax.get_ylabel() for ax in fig.axes)
    quota = next(line for line in yearly.lines if line.get_gid() == "quota")
    assert list(dict.fromkeys(quota.get_ydata())) == [50145.0, 30258.0, 30246.0]
    assert points_drawn(yearly, "observed exports") == 5  # two scopes in 2009 and 2011, one in 2010
    assert points_drawn(exports) == 6
    assert points_drawn(arrivals) == 9


def test_a_quota_of_half_a_year_is_drawn_over_half_of_it():
    half = {"instrument": "export_quota", "admitted": "yes", "value": "1000"}
    half |= {"start": "2011-01-03", "end": "2011-06-30"}
    later = {**half, "value": "800", "start": "2013-01-01", "end": "2013-12-31"}
    covered = figures.days_under_quota([half, later])
    assert covered == {2011: round(179 / 365, 2), 2013: 1.0}
    edges, heights = figures._steps([(2011, 1000.0), (2013, 800.0)], covered)
    assert edges[:2] == [2010.5, 2010.5 + covered[2011]]
    assert edges[-2:] == [2012.5, 2013.5]
    assert heights[1] == 1000.0
    assert np.isnan(heights[2])  # nothing is drawn where no quota is in force


def test_shares_of_origin_add_up(run):
    years, shares = figures.origin_shares(run, "Japan", "China")
    assert years == [2009, 2010, 2011]
    assert list(shares)[:2] == ["China, legal", "China, smuggled"]
    assert sum(shares.values()) == pytest.approx(1.0, abs=1e-9)
    assert all((share >= -1e-9).all() for share in shares.values())


def test_origin_figure_draws_yearly_observed_shares(run, observed):
    (ax,) = figures.buyer_origin(run, observed, "Japan").axes
    assert "%" in ax.get_ylabel()
    assert points_drawn(ax, "observed share") == 3


def test_observed_stocks_are_weeks(observed):
    assert sorted(round(p.value, 1) for p in points.stock_points(observed)) == [13.0, 23.9]


def test_marks_of_observed_values():
    row = {"scored": "yes", "grade": "B"}
    assert points.mark_of(row) == "filled"
    assert points.mark_of({**row, "grade": "D"}) == "hollow"
    assert points.mark_of({**row, "scored": "no"}) == "cross"


def test_months_between_two_days():
    months = figures.months_of(date(2010, 12, 1), date(2011, 2, 28))
    assert [start for start, _ in months] == [date(2010, 12, 1), date(2011, 1, 1), date(2011, 2, 1)]
    assert [end for _, end in months] == [date(2010, 12, 31), date(2011, 1, 31), date(2011, 2, 28)]


def test_key_events_are_in_the_file_and_in_order(acts):
    events = stories.key_events(STORY, acts)
    assert len(events) == len(STORY.events)
    assert events == sorted(events)
    assert events[1][0] == date(2010, 9, 21)


def test_an_episode_without_history_gets_its_own_figures(tmp_path):
    folder = EPISODES / "two-countries"
    run = Simulation(folder, changes=["end=2011-12-31"]).run(1)
    names = [p.name for p in figures.draw_all(run, folder, tmp_path)]
    own = ["prices", "expectations", "exports_and_quota", "stocks", "importia_origin", "network"]
    assert names == [f"{name}.png" for name in own]
