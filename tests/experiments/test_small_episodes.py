"""Episodes of one metal: they are what their table says, stand still without acts and news, and run with them."""

import csv
from pathlib import Path

import pytest

from agents.behaviour import PARAMETERS
from experiments.catalogue import find
from experiments.expansion import expand
from experiments.small_table import read
from sim import Simulation
from tests.builders import NOISE_OFF

EPISODES = {
    "1978-cobalt": ("allocation=none", "kolwezi=none", "news=none"),
    "2000-palladium": ("news=none",),
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
