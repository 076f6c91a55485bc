"""The tables of `ODD.md` say what the code says, in both directions: nothing missing, nothing superfluous.

A table follows a mark such as `<!-- odd: state -->`. Names stand in code font, several to a cell that they share.
"""

import ast
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from chokepoint import agents
from chokepoint.agents import behaviour, doctrines, observation, reserve_rules
from chokepoint.agents.reserve import Stock
from chokepoint.experiments.history.catalogue import FOLDER
from chokepoint.experiments.history.facts import read_facts
from chokepoint.experiments.telling import odd
from chokepoint.sim.engine import draws
from chokepoint.sim.market.week import phases
from chokepoint.sim.politics.instruments import known
from chokepoint.sim.scenario import tables as scenario
from chokepoint.sim.scenario.choices import Choices
from chokepoint.sim.scenario.programmes import Reserve, Stance
from chokepoint.sim.simulation import load_scenario

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "ODD.md").read_text(encoding="utf-8")
MATH = re.compile(r"```math\n(.*?)```", re.DOTALL)
PROSE = MATH.sub("", TEXT)
MARK = re.compile(r"<!-- odd: (.+?) -->\n((?:\|.*\n)+)")
PROVENANCE = {"source", "confidence", "note"}  # columns that every sourced table has


def tables(text: str = TEXT) -> dict[str, list[list[str]]]:
    """The cells of each marked table, without its head."""
    found = {}
    for name, block in MARK.findall(text):
        assert name not in found, f"ODD.md: the table {name!r} stands there twice"
        rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in block.splitlines()]
        found[name] = rows[2:]
    return found


def table(name: str) -> list[list[str]]:
    assert name in tables(), f"ODD.md has no table marked <!-- odd: {name} -->"
    return tables()[name]


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def said(name: str, *columns: int) -> dict[str, Any]:
    """What a table says of each name of its first column: one cell, or several."""
    found: dict[str, Any] = {}
    for row in table(name):
        assert names(row[0]), f"ODD.md, table {name!r}: no name in code font in {row}"
        for each in names(row[0]):
            assert each not in found, f"ODD.md, table {name!r}: {each} stands there twice"
            found[each] = row[columns[0]] if len(columns) == 1 else tuple(row[c] for c in columns)
    return found


def same(what: str, told: Mapping[str, Any], true: Mapping[str, Any]) -> None:
    """Fail with what a table lacks, what it has too much, and what it says otherwise than the code."""
    problems = [f"missing: {k}" for k in true if k not in told]
    problems += [f"superfluous: {k}" for k in told if k not in true]
    problems += [f"{k}: says {told[k]!r}, the code {true[k]!r}" for k in told if k in true and told[k] != true[k]]
    assert not problems, f"ODD.md, {what}:\n  " + "\n  ".join(problems)


def only_names(what: str, name: str, true: Any) -> None:
    same(what, dict.fromkeys(said(name, 0)), dict.fromkeys(true))


# What is made from the code


def test_the_tables_that_are_made_from_the_code_are_as_it_makes_them() -> None:
    """Arrays, series, phases, rules, parameters, references; `python -m chokepoint.experiments.telling.odd ODD.md`
    renews them."""
    same("tables made from the code", tables(), tables(odd.renewed(TEXT)))
    assert "TO BE SAID" not in TEXT


def test_agents_streams_and_what_states_and_offices_observe() -> None:
    only_names("agents", "agents", agents.__all__)
    streams = [k for k, v in vars(draws).items() if k.isupper() and not k.startswith("_") and isinstance(v, int)]
    only_names("streams beside sim/engine/draws.py", "streams", streams)
    only_names("what a state observes beside agents/observation.py", "observation", observation.NAMES)
    only_names("what an office observes beside agents/reserve.py", "stock", Stock.__annotations__)


# Inputs


def test_input_tables_have_the_columns_of_the_schema() -> None:
    true = {
        name: [f.alias or n for n, f in model.model_fields.items() if n not in PROVENANCE]
        for name, model in scenario.TABLES.items()
    }
    told = {name.removesuffix(".csv"): names(cell) for name, cell in said("input", 1).items()}
    same("input tables beside sim/scenario/tables.py", told, true)


def shown(value: Any) -> str:
    """A default as the page writes it."""
    if value is None or value == () or value == {}:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value)
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def defaults(model: Any) -> dict[str, str]:
    return {
        name: "must be given" if f.is_required() else shown(f.get_default(call_default_factory=True))
        for name, f in model.model_fields.items()
    }


def settings_said(cell: str) -> dict[str, str]:
    """`name` default; `name` default."""
    return {names(part)[0]: part.split("`")[2].strip() for part in cell.split(";") if names(part)}


def test_choices_and_sections() -> None:
    same("choices beside sim/scenario/choices.py", said("choices", 1), defaults(Choices))
    told = {name: settings_said(cell) for name, cell in said("sections", 1).items()}
    true = {"[reserve.NAME]": defaults(Reserve), "[doctrine.NAME]": defaults(Stance)}
    same("sections beside sim/scenario/programmes.py", told, true)


@pytest.mark.parametrize(("name", "shelf"), [("doctrines", doctrines), ("reserve rules", reserve_rules)])
def test_doctrines_and_reserve_rules_are_those_of_the_folder(name: str, shelf: Any) -> None:
    told = {each: settings_said(cell) for each, cell in said(name, 2).items()}
    same(f"{name} beside their folder", told, {n: defaults(shelf.named(n).Settings) for n in shelf.names()})


def test_acts_and_kinds_of_news() -> None:
    only_names("acts beside the instruments of mechanisms and states", "acts", known(phases().frame))
    only_names("kinds of news beside sim/scenario/tables.py", "news", scenario.NEWS_KINDS)


# Patterns

FACTS = {path.parent.name: read_facts(path.parent) for path in sorted(FOLDER.glob("*/facts.toml"))}
NUMBERED = re.compile(r"[ABC]\d+")  # a fact that belongs to the scored list, shown or scored


def patterns() -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for name in tables():
        if name.startswith("patterns "):
            for row in table(name):
                place = [e for e in name.split()[1:] if any(f.whole == row[0] for f in FACTS[e].facts)]
                assert place, f"ODD.md, {name}: no fact {row[0]!r} in facts.toml of these episodes"
                found.setdefault(place[0], []).append(row)
    return found


def shown_here() -> list[str]:
    """Episodes whose facts are patterns of this text; those of others stand on the page of the misfit."""
    return [e for name in tables() if name.startswith("patterns ") for e in name.split()[1:]]


@pytest.mark.parametrize("episode", shown_here())
def test_every_scored_fact_is_a_pattern_with_its_parts(episode: str) -> None:
    true: dict[str, list[str]] = {}
    for fact in FACTS[episode].facts:
        whole = fact.whole
        if fact.band is None and not NUMBERED.fullmatch(whole):
            continue
        true[whole] = [f.id for f in FACTS[episode].facts if f.whole == whole and f.id != whole]
    rows = patterns().get(episode, [])
    told = {row[0]: [p.strip() for p in row[1].split(",") if p.strip()] for row in rows}
    assert len(told) == len(rows), f"ODD.md: a pattern of {episode} stands there twice"
    same(f"patterns of {episode} beside facts.toml", told, true)


def test_every_fact_that_is_named_exists() -> None:
    known = {name for facts in FACTS.values() for f in facts.facts for name in (f.id, f.whole)}
    known |= {"B5"} if FACTS["2020-slump"].evidence is not None else set()  # told by likelihoods, not by a statistic
    named = {n for n in names(PROSE) if re.fullmatch(r"[ABC]\d+(\.[\w-]+)?", n)}
    assert named
    assert not named - known, f"ODD.md names facts that no facts.toml has: {sorted(named - known)}"


def test_known_answers_are_tests_that_exist() -> None:
    for row in table("known answers"):
        path, name = names(row[1])[0].split("::")
        assert (ROOT / path).is_file(), f"ODD.md, known answers: no file {path}"
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert name in found, f"ODD.md, known answers: {path} has no test {name}"


# The rest of the page


@lru_cache(1)
def known_names() -> set[str]:
    """Names that the text may use in code font or in an equation."""
    own = [shelf.named(n).Settings for shelf in (doctrines, reserve_rules) for n in shelf.names()]
    return {*behaviour.PARAMETERS, *(n for m in (Choices, Reserve, Stance, *own) for n in m.model_fields)}


def test_names_in_equations_are_parameters_choices_or_settings() -> None:
    named = {n.replace("\\_", "_") for n in re.findall(r"\\texttt\{([^}]+)\}", TEXT)}
    assert len(named) > 20
    assert not named - known_names(), f"ODD.md, equations: no such parameter {sorted(named - known_names())}"


def test_every_parameter_is_explained_where_it_acts() -> None:
    body = TEXT[TEXT.index("## 4 ") : TEXT.index("## 8 ")]
    code = " ".join([*names(MATH.sub("", body)), *MATH.findall(body)]).replace("\\_", "_")
    used = set(re.findall(r"[a-z][a-z0-9_]+", code))
    missing = [name for name in behaviour.PARAMETERS if name not in used]
    assert not missing, f"ODD.md: no submodel says where these act: {missing}"


def test_files_that_are_named_exist() -> None:
    named = {n.split("::")[0] for n in names(PROSE) if re.fullmatch(r"(agents|sim|experiments|tests)/\S*", n)}
    missing = sorted(n for n in named if not (ROOT / n).exists())
    assert not missing, f"ODD.md names files that do not exist: {missing}"


def test_scales_of_the_first_episode() -> None:
    world = load_scenario(FOLDER / "2010-embargo")
    kinds = ("countries", "zones", "materials", "mines", "refiners")
    counted = ", ".join(rf"(\d+) {kind}" for kind in kinds) + r" and (\d+) firms"
    told = re.search(f"`2010-embargo` has {counted}", " ".join(TEXT.split()))
    assert told is not None
    zones = len({c.zone for c in world.countries})
    true = (world.countries, zones, world.materials, world.mines, world.refiners, world.firms)
    assert [int(n) for n in told.groups()] == [n if isinstance(n, int) else len(n) for n in true]
