"""What a run is cited with: only what is in use, every source that is named resolves, bad input is told."""

import ast
import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.history.catalogue import find
from chokepoint.experiments.telling.citations import SOFTWARE, bibliography, bibtex, citations, literature, named_in
from chokepoint.sim import BadInput
from chokepoint.sim.market.week import phases
from chokepoint.sim.simulation import load_scenario
from tests.builders import TWO_COUNTRIES
from tests.experiments.test_cli import call

ROOT = Path(__file__).parents[3]
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December", "Jan", "Feb", "Mar", "Apr", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # fmt: skip
PUBLISHED = re.compile(r"([A-Z][\w-]+(?:,? (?:and|et al\.) ?(?:[A-Z][\w-]+|others)?)*) \(?((?:18|19|20)\d\d)\b")
# Sources that are no publication: how a number was found, or what kind of number it is.
FOUND = (
    "assumption", "prior: about as long again (Lindy)", "prior: 0.2 to 0.55 of outflow by customs records",
)  # fmt: skip
# Docstrings that give a form as common knowledge and name no publication.
WITHOUT_NAME = ("agents/doctrines/threshold.py",)


def keys(run: str | Path, *changes: str) -> dict[str, tuple[str, ...]]:
    return {use.key: use.used_by for use in citations(run, changes).literature}


def docstrings() -> list[tuple[str, str]]:
    """Place and text of every docstring of the three floors."""
    found = []
    for folder in ("agents", "sim", "experiments"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            kinds = ast.Module | ast.ClassDef | ast.FunctionDef
            texts = [ast.get_docstring(node) for node in ast.walk(tree) if isinstance(node, kinds)]
            found += [(path.relative_to(ROOT).as_posix(), " ".join(text.split())) for text in texts if text]
    return found


# Every source that is named is in the bibliography


def unresolved(where: str, text: str) -> list[str]:
    """Publications with a year that a text names and the bibliography does not know."""
    named = [name for entry in bibliography().values() for name in entry.named]
    return [
        f"{where}: {m[0]}"
        for m in PUBLISHED.finditer(text)
        if m[1].split()[-1] not in MONTHS and not any(m[0].startswith(n) or n in m[0] or m[1] in n for n in named)
    ]


def test_every_publication_that_a_docstring_names_is_in_the_bibliography() -> None:
    found = [problem for where, text in docstrings() for problem in unresolved(where, text)
             if where.startswith(("agents", "sim")) or "/systems/" not in where]  # fmt: skip
    assert not found, "not in agents/references.toml:\n  " + "\n  ".join(found)
    assert unresolved("here", "after Nobody and Others (1999)")


def test_every_source_of_a_rule_resolves() -> None:
    found = []
    for where, text in docstrings():
        if not where.startswith(("agents/", "sim/")) or where in WITHOUT_NAME:
            continue
        for sentence in re.findall(r"(?:Source|Sources)(?: of the \w+)?: ([^.]+)", text):
            if not named_in(sentence) and not named_in(text[text.index(sentence) :]):
                found.append(f"{where}: {sentence}")
    assert not found, "sources that agents/references.toml does not know:\n  " + "\n  ".join(found)


def test_every_source_of_a_parameter_and_of_a_mechanism_resolves() -> None:
    sources = {name: parameter.source for name, parameter in PARAMETERS.items()}
    found = [f"{name}: {text}" for name, text in sources.items() if not text.startswith(FOUND) and not named_in(text)]
    assert not found, "neither known to agents/references.toml nor an assumption:\n  " + "\n  ".join(found)
    mechanisms = {mechanism.name: mechanism.source for mechanism in phases().frame.shipped}
    assert [problem for name, text in mechanisms.items() for problem in unresolved(name, text)] == []


def test_no_entry_is_idle_and_no_detail_is_empty() -> None:
    code = [path for folder in ("agents", "sim", "experiments") for path in (ROOT / folder).rglob("*.py")]
    files = [ROOT / "ODD.md", ROOT / "agents" / "behaviour.csv", *code]
    texts = [path.read_text(encoding="utf-8") for path in files]
    used = {key for text in texts for key in named_in(text)}
    assert set(bibliography()) - used == {SOFTWARE}
    for entry in bibliography().values():
        assert entry.authors or "title" in entry.cells, entry.key
        assert all(entry.cells.values()), entry.key


def test_the_software_is_cited_as_its_citation_file_says() -> None:
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    cells = dict(re.findall(r'^(?:  - )?(\w+): "?([^"\n]+)"?$', text, re.MULTILINE))
    entry = bibliography()[SOFTWARE]
    assert entry.cells["title"] == cells["title"]
    assert [a.strip("{}") for a in entry.authors] == re.findall(r'- name: "(.+)"', text)
    assert citations(TWO_COUNTRIES).software.endswith(f"Version {cells['version']}")


# Only what is in use


def test_rules_of_every_run_and_none_that_it_lacks() -> None:
    plain = keys(TWO_COUNTRIES)
    assert "mechanism clearing" in plain["takayama1971"]
    assert "rule market.carried" in plain["samuelson1952"]
    assert {"bradley2021", "stone1961", "box1958", "weisbuch2000", "sprecher2017", "deaton1992"} <= set(plain)
    assert not {"teisberg1981", "osti6525114", "camerer1999", "zew15025", "grantelement"} & set(plain)
    assert not {"grimm2020", "hansen2006", "marchand2016"} & set(plain)  # of the page and of studies, not of a run


@pytest.mark.parametrize(
    ("change", "key", "by"),
    [
        ("reserve.Importia=competitive", "recs", "reserve rule competitive"),
        ("reserve.Importia=optimal", "teisberg1981", "reserve rule optimal"),
        ("reserve.Importia=target_days", "osti6525114", "rule firm.relied"),
        ("doctrine.Exportia=learning", "camerer1999", "doctrine learning"),
        ("doctrine.Exportia=leverage", "zew15025", "doctrine leverage"),
        ("act.help=Importia:backing loan:all:2012-01..2014-12:1 m USD", "grantelement", "backing by states"),
    ],
)
def test_a_rule_is_cited_where_it_is_used(change: str, key: str, by: str) -> None:
    if "loan" in change:
        change = change.replace(":all:", f":{load_scenario(TWO_COUNTRIES).mines[0].mine}:")
    assert by in keys(TWO_COUNTRIES, change)[key]
    assert by not in keys(TWO_COUNTRIES).get(key, ())


def test_what_is_switched_off_or_balanced_by_hand_is_not_cited() -> None:
    assert "stone1961" not in keys(TWO_COUNTRIES, "choices.balance=none")
    assert "parameter stock_elasticity" in keys(TWO_COUNTRIES)["deaton1992"]
    assert "parameter stock_elasticity" not in keys(TWO_COUNTRIES, "stock_elasticity=0")["deaton1992"]


def test_parameters_drawn_from_a_posterior_sample_cite_how_it_was_made() -> None:
    resolved = json.loads(load_scenario(TWO_COUNTRIES).resolved())
    added = {use.key for use in literature(resolved, posterior=True)} - {use.key for use in literature(resolved)}
    assert added == {"oliver1996"}


# Data


def test_sources_are_counted_row_by_row_as_the_tables_give_them() -> None:
    found = citations("2010-embargo")
    with (find("2010-embargo").folder / "events.csv").open(newline="", encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["admitted"] == "yes"]
    assert found.rows["events"] == len(rows)
    place = "http://www.techmetalsresearch.com/2011/07/chinese-rare-earth-export-quotas-for-h2-2011/"
    mine = next(s for s in found.sources if s.table == "events" and s.source == place)
    assert mine.rows == sum(place in r["source"].split(" ; ") for r in rows)
    counts = find("2010-embargo").scenario().counts()
    hidden = sum(e.admitted == "no" for e in find("2010-embargo").scenario().events)
    assert sum(n for t, n in found.rows.items() if t != "activity") == counts["rows"] - hidden
    assert {s.in_run for s in found.sources if s.table == "observed"} == {False}
    assert any(s.table == "activity" for s in found.sources)


# A result


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result of the teaching world with a reserve and a rule of the study's own, as `chokepoint run` leaves it."""
    from chokepoint.sim import Simulation
    from chokepoint.sim.results.storage import MANIFEST

    folder = tmp_path_factory.mktemp("cite")
    own = folder / "mystudy.py"
    own.write_text("def wanted(above, normal, answer):\n    return normal, 0.0\n", "utf-8")
    simulation = Simulation(
        TWO_COUNTRIES, changes=["reserve.Importia=price_band"], rules={"firm.wanted": f"{own}:wanted"}
    )
    (folder / "result").mkdir()
    (folder / "result" / MANIFEST).write_text(json.dumps(simulation.manifest(3)), encoding="utf-8")
    (folder / "result" / "scenario.json").write_text(simulation.scenario.resolved(), encoding="utf-8")
    return folder / "result"


def test_a_result_is_cited_with_its_rules_and_identity(result: Path) -> None:
    found = citations(result)
    by = {use.key: use.used_by for use in found.literature}
    assert "reserve rule price_band" in by["recs"]
    assert found.own_rules == {"firm.wanted": "mystudy.py:wanted"}
    assert "rule firm.wanted" not in by["deaton1992"]  # a study's own rule is not that of the literature
    assert found.run["replications"] == 3
    assert found.name == "two-countries"


def test_the_verb_prints_text_json_and_bibtex(result: Path) -> None:
    printed = call("cite", str(result))
    assert printed.returncode == 0, printed.stderr
    assert "The American Economic Review 42(3), 283-303" in printed.stdout
    assert "mystudy.py:wanted" in printed.stdout
    data = json.loads(call("cite", str(result), "--json").stdout)
    assert {use["key"] for use in data["literature"]} >= {"recs", "samuelson1952"}
    entries = call("cite", str(result), "--bibtex").stdout
    assert entries == bibtex(citations(result))
    assert entries.startswith("@software{chokepoint,")


def test_bibtex_is_well_formed_and_unique() -> None:
    text = bibtex(citations("2010-embargo"))
    entries = re.findall(r"^@(\w+)\{([^,\s]+),$", text, re.MULTILINE)
    assert len({key for _, key in entries}) == len(entries) == text.count("\n}") > 50
    assert text.count("{") == text.count("}")
    assert "pages = {283--303}" in text


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("cite", "2010-embago"), "2010-embargo"),
        (("cite", "."), "neither a result"),
        (("cite", "2010-embargo", "--json", "--bibtex"), "one of the two"),
        (("cite", "2010-embargo", "--set", "quota.2010H3=none"), "quota.2010H2"),
    ],
)
def test_bad_input_is_told(words: tuple[str, ...], says: str, tmp_path: Path) -> None:
    done = call(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_damaged_result_is_told(result: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(result, broken)
    assert "activity" not in citations(broken).note  # the world has none
    with pytest.raises(BadInput, match="cannot change"):
        citations(broken, ["quota=none"])
    (broken / "scenario.json").write_text('{"countries": 1}', encoding="utf-8")
    with pytest.raises(BadInput, match="damaged"):
        citations(broken)
    (broken / "scenario.json").unlink()
    with pytest.raises(BadInput, match=r"no scenario\.json"):
        citations(broken)
