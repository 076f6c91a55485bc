"""From a place to a scenario: where it is found, the mechanisms that it names, and activity."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from chokepoint.experiments.history import catalogue
from chokepoint.sim import BadInput, Simulation
from chokepoint.sim.market.week import phases
from chokepoint.sim.model import MarketModel
from chokepoint.sim.politics.instruments import known
from chokepoint.sim.scenario.checks import unknown_instruments
from chokepoint.sim.scenario.reading import SHIPPED, load, locate, shipped
from chokepoint.sim.simulation import load_scenario
from tests.builders import TWO_COUNTRIES

INSTRUMENTS = known(phases().frame)


def problems_of(folder: Path) -> list[str]:
    with pytest.raises(BadInput) as caught:
        load_scenario(folder)
    return caught.value.problems


# Where it is


def test_a_shipped_episode_is_found_by_its_name() -> None:
    assert "2010-embargo" in shipped() == catalogue.names()
    assert all(locate(name) == SHIPPED / name for name in shipped())
    assert locate(Path("2010-embargo")) == SHIPPED / "2010-embargo"
    assert Simulation("2010-embargo").digest == Simulation(SHIPPED / "2010-embargo").digest
    assert MarketModel("two-countries").world.layout.scenario.name == "two-countries"


def test_a_folder_is_found_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(TWO_COUNTRIES, tmp_path / "mine")
    shutil.copytree(TWO_COUNTRIES, tmp_path / "2010-embargo")
    monkeypatch.chdir(tmp_path)
    assert locate("mine") == Path("mine")
    assert load_scenario(tmp_path / "2010-embargo").name == load_scenario("mine").name == "two-countries"
    # a name that ships is that episode wherever one stands, as it is for the command line
    assert load_scenario("2010-embargo").name == "2010-embargo"
    assert load_scenario("./2010-embargo").name == "two-countries"
    assert load_scenario(Path("2010-embargo")).name == "two-countries"


@pytest.mark.parametrize("place", ["2010-embrgo", "nowhere/2010-embargo", "", "."])
def test_what_is_nowhere_is_told_with_the_nearest(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput) as caught:
        locate(place)
    assert len(caught.value.problems) == 1
    assert "no scenario.toml here" in caught.value.problems[0]
    assert ("2010-embargo" if "embrgo" in place or "/" in place else "1978-cobalt") in caught.value.problems[0]


# Mechanisms of a user

Named = Callable[..., Path]
ROYALTY = "raise RuntimeError('loading runs no mechanism')\n"
ACT = "royalty,2010-02-01,2010-02-01,,Exportia,royalty,,,,all,5,%,yes,assumption,assumption,\n"


@pytest.fixture
def named(tmp_path: Path) -> Named:
    """The teaching world in a folder of its own, with a line of `scenario.toml` before its sections, and files."""

    def build(line: str, *files: str, folder: str = "world") -> Path:
        place = tmp_path / folder
        shutil.copytree(TWO_COUNTRIES, place, dirs_exist_ok=True)
        text = (TWO_COUNTRIES / "scenario.toml").read_text(encoding="utf-8")
        (place / "scenario.toml").write_text(f"{line}\n{text}", encoding="utf-8")
        for file in files:
            (place / file).parent.mkdir(parents=True, exist_ok=True)
            (place / file).write_text(ROYALTY, encoding="utf-8")
        return place

    return build


def test_mechanisms_are_files_beside_the_scenario_and_are_not_run(named: Named) -> None:
    folder = named('mechanisms = ["royalty.py", "more/levy.py"]', "royalty.py", "more/levy.py")
    assert load_scenario(folder).mechanisms == (str(folder / "royalty.py"), str(folder / "more" / "levy.py"))
    assert load_scenario(TWO_COUNTRIES).mechanisms == ()


def test_the_digest_knows_what_mechanisms_say_and_not_where_they_lie(named: Named) -> None:
    line = 'mechanisms = ["royalty.py"]'
    here, there = named(line, "royalty.py"), named(line, "royalty.py", folder="elsewhere")
    assert load_scenario(here).resolved() == load_scenario(there).resolved()
    assert str(here) not in load_scenario(here).resolved()
    before = load_scenario(here).digest()
    assert before != load_scenario(TWO_COUNTRIES).digest()
    (here / "royalty.py").write_text(ROYALTY + "# another\n", encoding="utf-8")
    assert load_scenario(here).digest() != before
    (there / "royalty.py").rename(there / "levy.py")
    (there / "scenario.toml").write_text((there / "scenario.toml").read_text().replace("royalty.py", "levy.py"))
    assert load_scenario(there).digest() != before


def test_a_scenario_without_mechanisms_says_nothing_of_them(named: Named) -> None:
    assert "mechanisms" not in json.loads(load_scenario(TWO_COUNTRIES).resolved())
    assert load_scenario(named("mechanisms = []")).digest() == load_scenario(TWO_COUNTRIES).digest()


def test_mechanisms_of_an_extended_scenario_come_first(named: Named) -> None:
    base = named('mechanisms = ["royalty.py"]', "royalty.py")
    own = base.parent / "own"
    own.mkdir()
    (own / "levy.py").write_text(ROYALTY)
    for line, files in (
        ('mechanisms = ["levy.py"]', [base / "royalty.py", own / "levy.py"]),
        ('mechanisms = ["levy.py", "../world/royalty.py"]', [base / "royalty.py", own / "levy.py"]),
        ("", [base / "royalty.py"]),
    ):
        (own / "scenario.toml").write_text(f'extends = "../world"\n{line}\n')
        assert load_scenario(own).mechanisms == tuple(map(str, files))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('mechanisms = "royalty.py"', ("'royalty.py' is not a list of files",)),
        ('mechanisms = ["royalti.py"]', ("no file 'royalti.py' in world",)),
        ('mechanisms = ["royalty.txt"]', ("'royalty.txt' is no Python file",)),
        ('mechanisms = ["more.py"]', ("no file 'more.py'",)),  # a folder
        ("mechanisms = [3]", ("3 is not the name of a file",)),
        ('mechanism = ["royalty.py"]', ("unknown key", "mechanisms")),
    ],
)
def test_mechanisms_that_are_not_there(line: str, words: tuple[str, ...], named: Named) -> None:
    folder = named(line, "royalty.py", "royalty.txt", "more.py/royalty.py")
    (problem,) = problems_of(folder)
    assert problem.startswith("scenario.toml, mechanism")
    assert all(word in problem for word in words)


def test_acts_of_mechanisms_are_told_once_these_have_been_read(named: Named) -> None:
    for line in ('mechanisms = ["royalty.py"]', ""):
        folder = named(line, "royalty.py")
        with (folder / "events.csv").open("a", encoding="utf-8") as file:
            file.write(ACT)
        if line:
            scenario = load(folder, INSTRUMENTS)
    (told,) = problems_of(folder)
    assert told.startswith("events.csv, royalty: unknown instrument 'royalty' (")
    assert unknown_instruments(scenario, INSTRUMENTS) == [told]
    assert unknown_instruments(load_scenario(TWO_COUNTRIES), INSTRUMENTS) == []


# Activity


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("day,Importia\n2010-01,1\n", "needs a column 'month'"),
        ("month,Importia\n2010-01,\n", "activity.csv line 2, Importia: '' must be an index above 0"),
        ("month,Importia\n2010-01\n", "activity.csv line 2, Importia: None must be an index above 0"),
        ("month,Importia\n2010-01,nan\n", "'nan' must be an index above 0"),
        ("month,Importia\n2010-01,1,1\n", "activity.csv line 2: more cells than columns"),
        ("month,Importia\n2010-02,1\n2010-01,1\n", "months must rise without repetition"),
        ("month,Importa\n2010-01,1\n", "unknown country, or country and sector, 'Importa' (nearest: Importia"),
    ],
)
def test_activity_that_cannot_be_used(text: str, words: str, named: Named) -> None:
    folder = named("")
    (folder / "activity.csv").write_text(text, encoding="utf-8")
    (problem,) = problems_of(folder)
    assert words in problem


def test_activity_is_read_by_month(named: Named) -> None:
    folder = named("")
    (folder / "activity.csv").write_text("month,Importia,Importia magnets\n2010-01,1,0.5\n2010-02,1.1,0.6\n")
    scenario = load_scenario(folder)
    assert scenario.activity_months == ("2010-01", "2010-02")
    assert scenario.activity == {"Importia": (1.0, 1.1), "Importia magnets": (0.5, 0.6)}
