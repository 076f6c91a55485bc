"""Draws the picture of the README: `python docs/picture.py`, after `pip install -e .`, writes it beside this file."""

from pathlib import Path

from PIL import Image

import chokepoint as cp
from chokepoint.experiments.history.observed import observations
from chokepoint.experiments.history.stories import key_events, story_of
from chokepoint.experiments.telling.figures import price_points, rows_of
from chokepoint.sim.results import drawing, figures
from chokepoint.sim.scenario.reading import table_paths

TITLES = {"Nd": "Nd  neodymium", "Dy": "Dy  dysprosium"}


def draw(path: Path, replications: int = 20) -> None:
    """The prices of two elements beside history, as `chokepoint run 2010-embargo` draws them for all."""
    episode = cp.episode("2010-embargo")
    run = episode.run(replications)
    tables = {name: rows_of(file) for name, file in table_paths(episode.folder).items()}
    events = key_events(story_of(run, tables["countries"], tables["events"]), tables["events"])
    points = price_points(observations(episode.folder), list(TITLES))
    note = drawing.band_text(run) + "; observed prices of oxide, hairlines: span of an average"
    figure = figures.prices(run, list(TITLES), points, events, titles=TITLES, note=note)
    figure.savefig(path, dpi=drawing.DPI)
    colours = Image.open(path).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    colours.save(path, optimize=True)  # a third of the size


if __name__ == "__main__":
    draw(Path(__file__).with_name("prices-2010-embargo.png"))
