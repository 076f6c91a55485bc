"""Figures of one run: files, units on axes, identity in the PNG, points drawn, geometry of the network."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from chokepoint.sim import Run, Simulation
from chokepoint.sim.results import drawing, figures
from chokepoint.sim.results.drawing import Point

EPISODE = Path(__file__).parents[3] / "experiments" / "episodes" / "2010-embargo"


@pytest.fixture(scope="module")
def run() -> Run:
    return Simulation(EPISODE, changes=["end=2011-12-31"]).run(2)


def drawn(ax, gid: str) -> int:
    """Number of points of the lines whose id begins with `gid`."""
    return sum(len(line.get_xdata()) for line in ax.lines if str(line.get_gid()).startswith(gid))


def test_save_all_writes_png_with_identity(run, tmp_path):
    paths = figures.save_all(run, tmp_path / "figures")
    assert [p.name for p in paths] == ["prices.png", "expectations.png", "stocks.png", "network.png"]
    for path in paths:
        with Image.open(path) as image:
            assert str(run.manifest["identity"]) in image.text["Description"]
            assert "2 replications" in image.text["Description"]


def test_every_price_panel_has_unit_and_log_axis(run):
    fig = figures.prices(run)
    assert [ax.get_label() for ax in fig.axes] == run.columns["price_outside"]
    for ax in fig.axes:
        assert "USD/kg" in ax.get_ylabel()
        assert ax.get_yscale() == "log"


def test_caption_tells_what_was_run(run):
    words = " ".join(text.get_text() for text in figures.stocks(run).texts).replace("\n", " ")
    assert run.title in words
    assert "n = 2, seed 1" in words
    assert str(run.manifest["identity"]) in words
    assert "10-90 %" in words


def test_points_within_the_run_are_drawn_in_their_panel(run):
    points = [
        Point("Nd", "outside", date(2010, 7, 26), 42.0),
        Point("Nd", "outside", date(2010, 12, 15), 88.0, mark="filled"),
        Point("Nd", "inside", date(2011, 9, 9), 180.0, mark="cross"),
        Point("Nd", "inside", date(2015, 1, 1), 50.0),  # after the end
    ]
    nd, dy = figures.prices(run, ["Nd", "Dy"], points).axes
    assert drawn(nd, "observed outside") == 2
    assert drawn(nd, "observed inside") == 1
    assert drawn(dy, "observed") == 0


def test_events_are_numbered_and_explained_below(run):
    events = [(date(2010, 7, 1), "quota cut"), (date(2010, 9, 21), "stop"), (date(2015, 1, 1), "too late")]
    fig = figures.prices(run, ["Nd"], events=events)
    (ax,) = fig.axes
    assert sum(line.get_gid() == "event" for line in ax.lines) == 2
    key = " ".join(text.get_text() for text in fig.texts)
    assert "1 quota cut (1 Jul 2010)" in key
    assert "too late" not in key


def test_weeks_of_use_by_hand(run):
    weeks = figures.weeks_of_use(run, "Japan")
    stock = sum(run.column("stock", f"Japan {m}")[0, 40] for m in run.columns["price_outside"])
    assert weeks[0, 40] == pytest.approx(stock / run.column("use", "Japan")[0, 28:41].mean())
    assert "weeks of use" in figures.stocks(run, ["Japan"]).axes[0].get_ylabel()


def test_expectations_show_spot_and_expected_price_of_every_user(run):
    assert figures.dearest(run) in run.columns["price_outside"]
    fig = figures.expectations(run, "Nd")
    users = [c for c in run.columns["use"] if run.column("use_by_material", f"{c} Nd").any()]
    assert [ax.get_label() for ax in fig.axes] == users
    for ax in fig.axes:
        spot, expected = ax.lines[:2]
        for line, series in ((spot, "price"), (expected, "expected_price")):
            values = np.median(run.column(series, f"{ax.get_label()} Nd"), axis=0)
            assert line.get_ydata() == pytest.approx(values)
        assert ax.get_yscale() == "log"
    assert "USD/kg" in fig.axes[0].get_ylabel()


def test_two_countries_stand_on_one_line():
    at = figures.layout(["A", "B"], None, None, (100.0, 40.0))
    assert at["A"][1] == at["B"][1] == 20.0
    assert {at["A"][0], at["B"][0]} == {0.0, 100.0}


def test_supply_graph_takes_smuggled_goods_off_the_arrivals(run):
    first, last = date(2010, 1, 1), date(2010, 12, 31)
    graph = figures.supply_graph(run, first, last)
    assert graph.graph["exporter"] == "China"
    edge = graph.edges["China", "Japan"]
    arrived = np.median(run.total("imports", "Japan from China", first, last))
    assert edge["legal"] + edge["smuggled"] == pytest.approx(arrived * 365.25 / 365, rel=0.02)
    assert not any(origin == destination for origin, destination in graph.edges)


@pytest.mark.parametrize("with_places", [True, False])
def test_names_of_the_network_do_not_overlap(run, with_places):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    places = {"China": (110, 41), "Japan": (140, 36), "United States": (-95, 38), "Europe": (9, 50)}
    places |= {"Elsewhere": (114, 22), "India": (76, 10), "Malaysia": (103, 4), "Australia": (122, -29)}
    places["Russia"] = (35, 68)
    fig = figures.network(run, run.start, date(2010, 12, 31), places if with_places else None)
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    boxes = [t.get_window_extent(canvas.get_renderer()) for t in fig.axes[0].texts if t.get_gid() == "name"]
    assert len(boxes) >= 5
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert all(fig.bbox.fully_contains(box.x0, box.y0) and fig.bbox.fully_contains(box.x1, box.y1) for box in boxes)


def test_apart_moves_as_little_as_needed():
    assert drawing.apart([0.0, 10.0], 2.0) == [0.0, 10.0]
    assert drawing.apart([4.0, 5.0], 2.0) == [3.5, 5.5]
    assert drawing.apart([0.0, 1.0, 1.1, 9.0], 2.0) == pytest.approx([-1.3, 0.7, 2.7, 9.0])


def test_figures_leave_settings_and_pyplot_alone(run):
    import matplotlib
    import matplotlib.pyplot as plt

    before = dict(matplotlib.rcParams)
    figures.prices(run, ["Nd"])
    assert dict(matplotlib.rcParams) == before
    assert plt.get_fignums() == []


def test_one_replication_draws_a_line_without_band(run):
    first = {name: data[:1] for name, data in run.arrays.items()}
    one = Run(run.name, run.title, run.start, run.step_days, run.columns, first, run.manifest, run.about)
    (ax,) = figures.prices(one, ["Nd"]).axes
    assert not ax.collections
    assert len(figures.prices(run, ["Nd"]).axes[0].collections) == 2
