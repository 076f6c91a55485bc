"""Figures are drawn at column width with units, name what they show without overlap, and say on disk what was run."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from chokepoint.experiments.analysis import comparison_figures, discovery_figures, sensitivity_figures
from chokepoint.experiments.analysis.comparison import compare, replications_table
from chokepoint.experiments.analysis.discovery import discover
from chokepoint.experiments.analysis.over_time import over_time
from chokepoint.experiments.analysis.sensitivity import morris, sobol
from chokepoint.experiments.telling.figure_file import Caption, save
from chokepoint.sim.scenario.problems import BadInput
from tests.experiments.analysis.sweeps import (
    Factor,
    morris_points,
    runs_of,
    series_of,
    sobol_points,
    spread_points,
)

FACTORS = [
    Factor("embargo.days", 0.0, 200.0, "days"), Factor("tax", 0.0, 0.4), Factor("cover", 10.0, 20.0, "weeks"),
    Factor("rule", levels=("none", "days", "band")),
]  # fmt: skip
CAPTION = Caption(
    "Price – after the cut", "16 base samples, 160 points, 1 replication", "design 3, draws 1", "bars: 95 %"
)
UNIT = "USD/kg"


def price(points: pd.DataFrame) -> np.ndarray:
    return np.asarray(points["embargo.days"] / 100.0 * (1.0 + points["rule"]) + points["tax"])


def _morris() -> Figure:
    points = morris_points(FACTORS, 4)
    return sensitivity_figures.morris_plane(morris(FACTORS, points, runs_of(price(points)[:, None]), "price", 1), UNIT)


def _sobol(drawn: Callable[..., Figure], *more: str) -> Figure:
    points = sobol_points(FACTORS, 16)
    return drawn(sobol(FACTORS, points, runs_of(price(points)[:, None]), "price", 1), *more)


def _times(drawn: Callable[..., Figure], *more: str) -> Figure:
    points = sobol_points(FACTORS, 16)
    times = pd.date_range("2010-01-01", periods=5, freq="MS")
    series = series_of(points, times, lambda p, share: price(p) * share)  # nothing differs at first
    return drawn(over_time(FACTORS, points, series, "price", 1), *more)


def _discovery(drawn: Callable[..., Figure], *first: Any) -> Figure:
    points = spread_points(FACTORS, 200)
    return drawn(*first, discover(FACTORS, points, price(points) > 3.0, shuffles=19))


def _scatter() -> Figure:
    points = spread_points(FACTORS, 60)
    return discovery_figures.scatter(FACTORS, points, price(points)[:, None], "price", UNIT)


def _policies() -> pd.DataFrame:
    luck = np.random.default_rng(1).normal(size=12)
    return pd.DataFrame([luck, luck + 0.5, 1.2 * luck - 0.2], index=["none", "42 days", "180 days"])


def _replications() -> Figure:
    return comparison_figures.replications(replications_table(_policies(), "none", [0.1, 0.2, 0.5]), UNIT)


DRAWN: dict[str, tuple[Callable[[], Figure], float, str]] = {
    "plane": (_morris, 3.5, "(USD/kg)"),
    "bars": (lambda: _sobol(sensitivity_figures.sobol_bars), 3.5, "share of the variance"),
    "convergence": (lambda: _sobol(sensitivity_figures.convergence_lines), 3.5, "base samples"),
    "lines": (lambda: _times(sensitivity_figures.over_time_lines, "ST", UNIT), 7.2, "(USD/kg)"),
    "areas": (lambda: _times(sensitivity_figures.over_time_areas, UNIT), 7.2, "(USD/kg)"),
    "way down": (lambda: _discovery(discovery_figures.trajectory), 3.5, "coverage"),
    "box": (lambda: _discovery(discovery_figures.box_ranges, FACTORS), 3.5, "embargo.days (days)"),
    "scatter": (_scatter, 7.2, "cover (weeks)"),
    "differences": (lambda: comparison_figures.differences(compare(_policies(), "none"), UNIT), 3.5, "(USD/kg)"),
    "replications": (_replications, 3.5, "(USD/kg)"),
}


@pytest.mark.parametrize("name", list(DRAWN))
def test_every_figure_fits_its_column_and_names_units(name: str) -> None:
    make, width, expected = DRAWN[name]
    figure = make()
    assert figure.get_figwidth() == width
    figure.draw_without_rendering()
    told = [t.get_text() for ax in figure.axes for t in (ax.xaxis.label, ax.yaxis.label, *ax.get_yticklabels())]
    assert any(expected in text for text in told), told
    frame = figure.bbox
    for ax in figure.axes:
        extent = ax.get_tightbbox()
        assert extent is not None
        assert extent.x0 > -1.0
        assert extent.x1 < frame.x1 + 1.0  # nothing is cut off at the side
        assert extent.y0 > -1.0
        assert extent.y1 < frame.y1 + 1.0


def test_names_in_a_crowded_plane_keep_clear_of_each_other() -> None:
    factors = [Factor(f"a long name {i}") for i in range(10)]
    points = morris_points(factors, 6)
    values = (
        points.to_numpy() @ np.linspace(1.0, 1.1, 10)
        + 0.3 * points.iloc[:, 0].to_numpy() * points.iloc[:, 1].to_numpy()
    )
    figure = sensitivity_figures.morris_plane(morris(factors, points, runs_of(values[:, None]), "price", 1), UNIT)
    figure.draw_without_rendering()
    names = [t for t in figure.axes[0].texts if t.get_gid() == "name"]
    boxes = [Text.get_window_extent(t) for t in names]  # without the hairlines
    assert len(boxes) == 10
    assert not [(i, k) for i in range(10) for k in range(i) if boxes[i].overlaps(boxes[k])]


def test_saved_files_say_what_was_run_and_are_the_same_each_time(tmp_path: Path) -> None:
    once = save(_morris(), tmp_path / "once" / "plane", CAPTION, "0123abcd")
    again = save(_morris(), tmp_path / "again" / "plane", CAPTION, "0123abcd")
    assert [p.name for p in once] == ["plane.png", "plane.pdf", "plane.svg", "plane.txt"]
    for a, b in zip(once, again, strict=True):
        assert a.read_bytes() == b.read_bytes(), a.name
    png, pdf, svg, txt = once
    with Image.open(png) as image:
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
        assert image.width == 1050
        assert image.info["Source"] == "sweep 0123abcd"
        assert image.info["Description"] == str(CAPTION)
    assert b"(sweep 0123abcd)" in pdf.read_bytes()
    assert str(CAPTION).encode("utf-16-be") in pdf.read_bytes().replace(b"\\(", b"(").replace(b"\\)", b")")
    for said in ("sweep 0123abcd", str(CAPTION)):
        assert said in svg.read_text(encoding="utf-8")
        assert said in txt.read_text(encoding="utf-8")
    for path in (png, pdf, svg):
        assert b"dc:date" not in path.read_bytes()
        assert b"CreationDate" not in path.read_bytes()
        assert b"atplotlib v" not in path.read_bytes()


def test_a_caption_must_state_n_seeds_and_interval() -> None:
    with pytest.raises(BadInput) as caught:
        Caption("Price", "", "1", " ")
    assert caught.value.problems == ["n: a caption must say it", "interval: a caption must say it"]
    with pytest.raises(BadInput, match="identity"):
        save(Figure(), "never/written", CAPTION, "")
