"""Episodes of one metal: they are what their table says, stand still without acts and news, and run with them."""

import csv
from datetime import date
from pathlib import Path

import pytest

from chokepoint.agents.behaviour import NOISE_OFF, PARAMETERS
from chokepoint.experiments.history.catalogue import find
from chokepoint.experiments.telling import report
from chokepoint.experiments.telling.figures import draw_all
from chokepoint.experiments.worldmaking.expansion import expand
from chokepoint.experiments.worldmaking.small_table import read
from chokepoint.sim import Simulation

EPISODES = {
    "1978-cobalt": ("allocation=none", "kolwezi=none", "news=none"),
    "2000-palladium": ("delay=none", "news=none"),
    "2014-nickel": ("ban=none",),
}


@pytest.mark.parametrize("name", EPISODES)
def test_the_files_are_what_the_table_says(name: str) -> None:
    folder = find(name).folder
    for file, text in expand(read(folder / "table.toml"), name).items():
        assert (folder / file).read_text(encoding="utf-8") == text, file


@pytest.mark.parametrize(("name", "changes"), EPISODES.items())
def test_without_acts_and_news_it_stands_still(name: str, changes: tuple[str, ...]) -> None:
    run = Simulation(find(name).folder, changes=changes, behaviour=NOISE_OFF).run(check=True)
    (metal,) = run.columns["price_outside"]
    base = find(name).scenario().base_year[0].value
    assert run.column("price_outside", metal) == pytest.approx(base, rel=1e-3)


@pytest.mark.parametrize("name", EPISODES)
def test_behaviour_is_that_of_all_episodes(name: str) -> None:
    scenario = find(name).scenario()
    assert not scenario.behaviour
    assert not set(PARAMETERS) & set(scenario.rules)
    assert not scenario.activity


@pytest.mark.parametrize("name", EPISODES)
def test_facts_lie_within_the_run_and_observations_have_sources(name: str) -> None:
    place = find(name)
    run = place.run(1)
    assert place.facts.facts
    assert all(place.facts.within(fact, run) for fact in place.facts.facts)
    with (Path(place.folder) / "observed.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert all(row["source"] and float(row["value"]) > 0.0 for row in rows)


def test_an_episode_without_an_exporting_state_is_reported_and_drawn(tmp_path: Path) -> None:
    place = find("2014-nickel")
    run = place.run(2)
    assert all(year["exports_t"] == year["rent_of_exporters_musd"] == 0.0 for year in report.years(run))
    assert {path.stem for path in draw_all(run, place.folder, tmp_path)} >= {"prices", "stocks"}


def test_the_ban_takes_ore_and_nothing_else_of_indonesia() -> None:
    run = Simulation(find("2014-nickel").folder, behaviour=NOISE_OFF).run(check=True)
    days = (date(2014, 2, 3), date(2014, 12, 28))
    assert run.total("mined", "Indonesian ore", *days) == pytest.approx(0.0)
    before = run.total("mined", "Indonesian smelters", date(2013, 2, 4), date(2013, 12, 29))
    assert run.total("mined", "Indonesian smelters", *days) >= before  # what they smelt is dearer now
