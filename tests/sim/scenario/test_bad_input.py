"""Input that cannot be used: every problem is told at once, with file, key and what to type instead."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.sim import BadInput, Simulation
from chokepoint.sim.simulation import load_scenario
from tests.builders import TWO_COUNTRIES

Edit = tuple[str, str, str]


@pytest.fixture
def damaged(tmp_path: Path) -> Callable[[Sequence[Edit]], Path]:
    """A copy of the teaching world with pieces of text replaced, each of which must be there."""

    def damage(edits: Sequence[Edit]) -> Path:
        folder = tmp_path / "world"
        shutil.copytree(TWO_COUNTRIES, folder, dirs_exist_ok=True)
        for file, old, new in edits:
            text = (folder / file).read_text(encoding="utf-8")
            assert old in text, (file, old)
            (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return damage


def problems_of(folder: Path, changes: Sequence[str] = ()) -> list[str]:
    with pytest.raises(BadInput) as caught:
        Simulation(folder, changes=changes)
    message = str(caught.value)
    assert all(f"  - {p}" in message for p in caught.value.problems)
    return caught.value.problems


def told(problems: Sequence[str], *words: str) -> bool:
    """Whether one line says all the words."""
    return any(all(word in line for word in words) for line in problems)


def test_the_teaching_world_is_good(damaged: Callable[[Sequence[Edit]], Path]) -> None:
    scenario = load_scenario(damaged([]))
    assert scenario.counts()["assumptions"] >= 50
    rows = [row for table in ("mines", "firms", "events", "lags") for row in getattr(scenario, table)]
    assert {row.source for row in rows} == {"assumption"}


# What is wrong, and the words that one line of the message must hold.
DAMAGE: dict[str, tuple[Edit, tuple[str, ...]]] = {
    "unknown key": (("scenario.toml", "title =", 'colour = "red"\ntitle ='), ("scenario.toml", "colour", "title")),
    "unknown choice": (
        ("scenario.toml", "links_per_buyer", "links_per_byer"), ("scenario.toml", "links_per_byer", "links_per_buyer")
    ),
    "unknown parameter": (
        ("scenario.toml", "[choices]", "[behaviour]\nuse_elastcity = 0.1\n\n[choices]"),
        ("scenario.toml", "use_elastcity", "use_elasticity"),
    ),
    "negative tonnes": (
        ("mines.csv", "ore,2000,2600", "ore,-2000,2600"), ("mines.csv line 3", "output_t_per_year", "-2000", "t a year")
    ),
    "share above one": (
        ("refiners.csv", "4500,0.5", "4500,1.5"), ("refiners.csv line 2", "licence_share", "1.5", "at most 1")
    ),
    "word for a number": (
        ("firms.csv", "polishing,1500", "polishing,lots"), ("firms.csv line 3", "use_t_per_year", "lots")
    ),
    "no such choice": (("mines.csv", "Exportia,no", "Exportia,maybe"), ("mines.csv line 4", "legal", "maybe", "'yes'")),
    "no such day": (("events.csv", "end,2011-07-01", "end,2011-07-41"), ("events.csv line 4", "date", "2011-07-41")),
    "dates out of order": (
        ("events.csv", "2013-04-14", "2013-02-14"), ("events.csv, embargo.2013", "2013-02-14", "2013-03-04")
    ),
    "unknown instrument": (
        ("events.csv", "export_tax", "exprt_tax"), ("events.csv, tax.2009", "exprt_tax", "export_tax")
    ),
    "unknown target": (
        ("events.csv", "embargo,,,,Importia", "embargo,,,,Imprtia"), ("events.csv, embargo.2013", "Imprtia", "Importia")
    ),
    "news of nothing": (
        ("news.csv", "all,quota.2011H1", "all,quota.2011H9"),
        ("news.csv, news.quota.2011H1", "'quota.2011H9'", "nearest: quota.2011H1"),
    ),
    "unknown kind of news": (("news.csv", ",report,", ",gossip,"), ("news.csv, news.plan.2010", "gossip", "rumour")),
    "link to nowhere": (("feeds.csv", "Creek,Far Works", "Creek,Far Wroks"), ("feeds.csv", "'Far Wroks'", "Far Works")),
    "unknown mine": (
        ("feeds.csv", "Great Pit,First", "Grate Pit,First"), ("feeds.csv", "Grate Pit", "Great Pit")
    ),
    "unknown material": (("baskets.csv", "ore,M,1", "ore,Mm,1"), ("baskets.csv", "'Mm'", "M")),
    "unknown country": (
        ("firms.csv", "Exportia magnets,Exportia", "Exportia magnets,Exporta"),
        ("firms.csv, Exportia magnets", "'Exporta'", "nearest: Exportia"),
    ),
    "unknown sector": (
        ("firms.csv", "Importia,magnets", "Importia,magents"), ("firms.csv, Importia magnets", "magents", "magnets")
    ),
    "duplicate name": (("firms.csv", "Importia other,", "Importia ceramics,"), ("firms.csv, Importia cer", "twice")),
    "no price": (("base_year.csv", "outside,M", "outside,Q"), ("base_year.csv", "price_outside", "USD/kg", "for M")),
    "no such way": (("lags.csv", "Exportia,Importia,5", "Exportia,Exportia,5"), ("lags.csv", "Exportia to Importia")),
}  # fmt: skip


def test_every_problem_is_told_at_once(damaged: Callable[[Sequence[Edit]], Path]) -> None:
    problems = problems_of(damaged([edit for edit, _ in DAMAGE.values()]))
    silent = [name for name, (_, words) in DAMAGE.items() if not told(problems, *words)]
    assert silent == []


@pytest.mark.parametrize("name", DAMAGE)
def test_one_problem_is_told_alone(name: str, damaged: Callable[[Sequence[Edit]], Path]) -> None:
    edit, words = DAMAGE[name]
    assert told(problems_of(damaged([edit])), *words)


def test_a_missing_cell_does_not_hide_a_broken_link(damaged: Callable[[Sequence[Edit]], Path]) -> None:
    edits = [("mines.csv", "Far Creek,Importia", ",Importia"), ("firms.csv", "Importia,magnets", "Importia,magents")]
    problems = problems_of(damaged(edits))
    assert told(problems, "mines.csv line 5", "mine", "missing")
    assert told(problems, "firms.csv, Importia magnets", "magents", "magnets")


def test_a_bad_row_is_not_called_missing(damaged: Callable[[Sequence[Edit]], Path]) -> None:
    # Old Hill is there, with a bad number: "unknown mine 'Old Hill'" would send the reader to the wrong file
    assert len(problems_of(damaged([DAMAGE["negative tonnes"][0]]))) == 1


def test_a_missing_table_is_named(damaged: Callable[[Sequence[Edit]], Path]) -> None:
    folder = damaged([])
    (folder / "mines.csv").unlink()
    problems = problems_of(folder)
    assert told(problems, "mines.csv", "cannot be read")


def test_there_must_be_a_scenario(tmp_path: Path) -> None:
    assert told(problems_of(tmp_path), "no scenario.toml")
    (tmp_path / "scenario.toml").write_text("name = =\n")
    assert told(problems_of(tmp_path), "scenario.toml", "line 1")


MUST_BE_REFUSED: dict[str, tuple[Edit, str]] = {
    "ends before it starts": (("scenario.toml", "2014-12-28", "2009-12-28"), "end"),
    "a word for a day": (("scenario.toml", "2014-12-28", '"soon"'), "dates"),
    "an hour for a day": (("scenario.toml", "2014-12-28", "2014-12-28T10:00:00"), "end"),
    "a number for a name": (("scenario.toml", '"two-countries"', "3"), "name"),
    "a number for choices": (("scenario.toml", "[choices]", "choices = 3\n[news]"), "choices"),
    "a number for behaviour": (("scenario.toml", "[choices]", "behaviour = 3\n[choices]"), "behaviour"),
    "a number for tables": (("scenario.toml", "[choices]", "tables = 3\n[choices]"), "tables"),
    "a number for a table": (("scenario.toml", "[choices]", "tables.mines = 3\n[choices]"), "mines"),
    "unknown rule": (("scenario.toml", "[choices]", '[rules]\n"firm.wnated" = "x.py:y"\n[choices]'), "firm.wanted"),
    "unknown doctrine": (("scenario.toml", "[choices]", '[doctrine.Exportia]\nrule = "hawk"\n\n[choices]'), "leverage"),
    "unknown balance": (("scenario.toml", "[choices]", '[choices]\nbalance = "supply"'), "balance"),
    "too many links": (("scenario.toml", "links_per_buyer = 2", "links_per_buyer = 20"), "links_per_buyer"),
    "parameter out of range": (("scenario.toml", "[choices]", "[behaviour]\nuse_elasticity = 3\n[choices]"), "use_el"),
    "infinite tonnes": (("mines.csv", "1000,1000", "inf,inf"), "mines.csv"),
    "tonnes that are no number": (("mines.csv", "1000,1000", "nan,1000"), "mines.csv"),
    "output above capacity": (("mines.csv", "1000,1000", "1001,1000"), "Far Creek"),
    "licence shares above one": (("refiners.csv", "3000,0.3", "3000,0.4"), "licence shares"),
    "negative quota": (("events.csv", "all,1000", "all,-1000"), "quota.2011H1"),
    "tax on an unknown material": (("events.csv", "export_tax,,M,", "export_tax,,Mx,"), "Mx"),
    "an act that nobody carries out": (("events.csv", "export_tax,,M,,all,10", "observed,,,,all,10"), "observed"),
    "ore of a mine that is not there": (
        ("events.csv", "export_tax,,M,,all,10", "ore_hold,,,,Far Crek,"), "nearest: Far Creek"
    ),
    "a project for a plant inside": (
        ("mines.csv", "Old Hill,Exportia,yes,operating,ore,2000", "Old Hill,Exportia,yes,project,ore,0"),
        "inside an exporting state",
    ),
    "a zone without a state": (("countries.csv", "Importia,world", "Importia,Faraway"), "Faraway"),
    "an exporter in the world": (("countries.csv", "Exportia,Exportia", "Exportia,world"), "zone"),
    "unknown form": (("scenario.toml", '["oxide"', '["oxid"'), "nearest: oxide"),
    "unknown column": (("materials.csv", "title,", "titel,"), "titel"),
    "too many cells": (("lags.csv", "by sea", "by,sea"), "lags.csv line 3"),
}  # fmt: skip


@pytest.mark.parametrize("name", MUST_BE_REFUSED)
def test_it_is_refused(name: str, damaged: Callable[[Sequence[Edit]], Path]) -> None:
    edit, word = MUST_BE_REFUSED[name]
    assert told(problems_of(damaged([edit])), word)


def test_text_that_is_not_utf_8(damaged: Callable[[Sequence[Edit]], Path]) -> None:
    folder = damaged([])
    (folder / "mines.csv").write_bytes("mine,country\nGrube Süd,Exportia\n".encode("latin-1"))
    assert told(problems_of(folder), "mines.csv", "UTF-8")


# extends = "../other"


@pytest.fixture
def variant(damaged: Callable[[Sequence[Edit]], Path]) -> Callable[..., Path]:
    """A folder beside a copy of the teaching world that extends it."""

    def build(text: str, edits: Sequence[Edit] = ()) -> Path:
        folder = damaged(edits).parent / "variant"
        folder.mkdir(exist_ok=True)
        (folder / "scenario.toml").write_text(text, encoding="utf-8")
        return folder

    return build


def test_a_scenario_takes_from_the_one_it_extends(variant: Callable[..., Path]) -> None:
    text = 'name = "variant"\nextends = "../world"\nend = 2012-12-30\n[choices]\nlinks_per_buyer = 1\n'
    folder = variant(text + "[behaviour]\nuse_elasticity = 0.2\n")
    (folder / "news.csv").write_text("id,date,kind,target,measure,admitted,source,confidence,text\n", encoding="utf-8")
    found, base = load_scenario(folder), load_scenario(folder.parent / "world")
    assert (found.name, found.title, found.start, found.end.year) == ("variant", base.title, base.start, 2012)
    assert (found.choices.links_per_buyer, found.choices.quota_forms) == (1, base.choices.quota_forms)
    assert found.behaviour == {"use_elasticity": 0.2}
    assert (found.mines, found.events, found.sector_materials) == (base.mines, base.events, base.sector_materials)
    assert base.news
    assert found.news == ()


def test_an_extended_scenario_by_itself_is_the_same(variant: Callable[..., Path]) -> None:
    folder = variant('extends = "../world"\n')
    assert load_scenario(folder).digest() == load_scenario(folder.parent / "world").digest()


def test_faults_of_both_are_told_at_once(variant: Callable[..., Path]) -> None:
    faults = [DAMAGE["unknown key"][0], DAMAGE["negative tonnes"][0]]
    problems = problems_of(variant('extends = "../world"\ntitel = "x"\nend = "soon"\n', faults))
    assert told(problems, "scenario.toml", "titel", "title")
    assert told(problems, "world/scenario.toml", "colour")
    assert told(problems, "mines.csv", "at least 0")
    assert told(problems, "dates")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("extends = 3\n", ("extends", "not the path of a folder")),
        ('extends = "../nowhere"\n', ("extends", "nowhere", "no scenario.toml")),
        ('extends = "../variant"\n', ("extends", "leads back to itself")),
        ('extends = "../nowhere"\ntitel = "x"\n', ("titel", "title")),
    ],
)
def test_nothing_to_extend(text: str, words: Sequence[str], variant: Callable[..., Path]) -> None:
    assert told(problems_of(variant(text)), *words)


# --set key=value

IMPOSSIBLE: dict[str, tuple[str, ...]] = {
    "quota.2011H1": ("key=value",),
    "=3": ("key=value",),
    "quota.2011H9=none": ("quota.2011H9", "quota.2011H1"),
    "quota.2011H1=plenty": ("quota.2011H1", "plenty"),
    "quota.2011H1=-5": ("quota.2011H1", "negative"),
    "quota.2011H1=nan": ("quota.2011H1", "finite"),
    "quota=5": ("quota", "2 acts"),
    "embargo.2013=5": ("embargo.2013", "no value"),
    "news.plan.2010=3": ("news.plan.2010", "none"),
    "news.plan.2020=none": ("news.plan.2020", "news.plan.2010"),
    "behaviour.use_elastcity=0.1": ("use_elastcity", "use_elasticity"),
    "end=tomorrow": ("end", "tomorrow", "2012-12-31"),
    "choices.links_per_byer=2": ("links_per_byer", "links_per_buyer"),
    "choices.links_per_buyer=20": ("links_per_buyer",),
    "firms.Importia othr.use_t_per_year=5": ("Importia othr", "Importia other"),
    "firms.Importia other.use_t=5": ("use_t", "use_t_per_year"),
    "firms.Importia other.use_t_per_year=much": ("use_t_per_year", "much"),
    "mines.Far Creek.output_t_per_year=-1": ("output_t_per_year", "-1"),
}  # fmt: skip


def test_every_impossible_change_is_told_at_once() -> None:
    problems = problems_of(TWO_COUNTRIES, list(IMPOSSIBLE))
    assert [change for change, words in IMPOSSIBLE.items() if not told(problems, "--set", *words)] == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("use_elasticity=9", ("use_elasticity", f"{PARAMETERS['use_elasticity'].most:.4g}")),
        ("end=2009-12-28", ("end", "2010-01-04")),
        ("mines.Far Creek.output_t_per_year=5000", ("Far Creek", "capacity")),
        ("firms.Importia other.sector=magents", ("Importia other", "magnets")),
        ("doctrine.Exportia=leverag", ("unknown rule", "leverage")),
    ],
)
def test_a_change_that_breaks_the_scenario(change: str, words: Sequence[str]) -> None:
    assert told(problems_of(TWO_COUNTRIES, [change]), *words)
    # and it is told beside a change that cannot be made at all
    both = problems_of(TWO_COUNTRIES, [change, "quota.2011H1=plenty"])
    assert told(both, *words)
    assert told(both, "plenty")


def test_possible_changes() -> None:
    changes = ["quota.2011H1=500", "embargo=none", "news=none", "use_elasticity=0.2", "end=2012-12-30"]
    scenario = Simulation(TWO_COUNTRIES, changes=changes).scenario
    assert [e.value for e in scenario.events if e.id == "quota.2011H1"] == [500.0]
    assert not any(e.instrument == "embargo" for e in scenario.events)
    assert scenario.news == ()
    assert scenario.behaviour == {"use_elasticity": 0.2}
    assert scenario.end.isoformat() == "2012-12-30"


def test_behaviour_by_name() -> None:
    with pytest.raises(BadInput) as caught:
        Simulation(TWO_COUNTRIES, behaviour={"use_elastcity": 0.1, "precaution": -1.0, "follow": float("nan")})
    problems = caught.value.problems
    assert told(problems, "use_elastcity", "use_elasticity")
    assert told(problems, "precaution", "-1.0", "outside")
    assert told(problems, "follow", "not a number")


def test_a_run_without_replications() -> None:
    with pytest.raises(BadInput, match="at least 1"):
        Simulation(TWO_COUNTRIES).run(0)
