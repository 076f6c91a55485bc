"""What the rules and data of a run rest on: software, literature, sources of data.

Literature stands in `agents/references.toml`. An entry is used where the docstring of a rule, or the source of a
mechanism or parameter, names it; only what a run has counts: a reserve rule where there is a reserve of it, a parameter
where its mechanism is not switched off, no rule that a study replaced. Sources of data are those of the rows of its
scenario.
"""

import csv
import inspect
import io
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from chokepoint.agents import doctrines, reserve_rules
from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.history.catalogue import FOLDER, find, names
from chokepoint.experiments.runs.batch import FILE, Batch, read_batch
from chokepoint.experiments.runs.points import Sampled
from chokepoint.sim.market.week import phases
from chokepoint.sim.results.storage import MANIFEST
from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.scenario.reading import table_paths
from chokepoint.sim.scenario.tables import TABLES
from chokepoint.sim.simulation import change_scenario

BIBLIOGRAPHY = Path(doctrines.__file__).parents[1] / "references.toml"
SOFTWARE = "chokepoint"  # key of the software itself
ASSUMPTION = "assumption"
FIELDS = (
    "title", "journal", "booktitle", "volume", "number", "pages", "institution", "publisher", "year", "doi", "url",
    "note",
)  # fmt: skip
# Rules and parameters that do nothing unless a state holds a reserve.
OF_RESERVES = ("firm.relied", "reserve.inferred")
OF_RESERVE_BEHAVIOUR = ("crowding_out", "reserve_inference")


@dataclass(frozen=True)
class Reference:
    """An entry of the bibliography. named: the words by which rules and parameters name it; cells: fields of BibTeX."""

    key: str
    kind: str
    authors: tuple[str, ...]
    cells: Mapping[str, str]
    named: tuple[str, ...]

    @property
    def text(self) -> str:
        """One line for a list of references; what is not certain is not there."""
        c = self.cells
        who = [a.strip("{}") for a in self.authors]
        head = ", ".join(who[:-1]) + f" and {who[-1]}" if len(who) > 1 else "".join(who)
        if "year" in c:
            head = f"{head} ({c['year']})"
        place = c.get("journal") or (f"In: {c['booktitle']}" if "booktitle" in c else "")
        if "volume" in c:
            place += f" {c['volume']}" + (f"({c['number']})" if "number" in c else "")
        if "pages" in c:
            place += f", {c['pages']}"
        link = f"https://doi.org/{c['doi']}" if "doi" in c else c.get("url", "")
        rest = (c.get("title"), place, c.get("institution"), c.get("publisher"), c.get("note"), link)
        return ". ".join(part.removesuffix(".") for part in (head, *rest) if part)


@dataclass(frozen=True)
class Use:
    """A piece of literature and what of the run rests on it."""

    key: str
    text: str
    used_by: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """A source of rows of one table. confidence: their grades, A to D; `in_run` is false for history held against."""

    table: str
    source: str
    rows: int
    confidence: str
    in_run: bool = True


@dataclass(frozen=True)
class Citations:
    """What a run is cited with.

    own_rules: rules that a study replaced and mechanisms that it added, by name. assumptions: rows without a source.
    """

    name: str
    software: str
    literature: tuple[Use, ...]
    sources: tuple[Source, ...]
    rows: Mapping[str, int]
    assumptions: Mapping[str, int]
    own_rules: Mapping[str, str]
    run: Mapping[str, Any]
    note: str = ""


@lru_cache(1)
def bibliography() -> dict[str, Reference]:
    """The entries of `agents/references.toml` by key."""
    raw = tomllib.loads(BIBLIOGRAPHY.read_text(encoding="utf-8"))
    return {
        key: Reference(
            key, entry["kind"], tuple(entry.get("author", ())),
            {name: str(entry[name]) for name in FIELDS if name in entry}, tuple(entry["named"]),
        )
        for key, entry in raw.items()
    }  # fmt: skip


def named_in(text: str) -> list[str]:
    """Keys of the entries that a text names, in the order of the bibliography."""
    flat = " ".join(text.split())
    return [key for key, entry in bibliography().items() if any(name in flat for name in entry.named)]


def docs_of(thing: Any) -> str:
    """The docstrings of a function, or of a module and what it defines."""
    if not inspect.ismodule(thing):
        return inspect.getdoc(thing) or ""
    own = [v for v in vars(thing).values() if getattr(v, "__module__", "") == thing.__name__ and hasattr(v, "__doc__")]
    return "\n".join([thing.__doc__ or "", *(inspect.getdoc(v) or "" for v in own)])


def _texts(scenario: Mapping[str, Any], replaced: Iterable[str], posterior: bool) -> dict[str, str]:
    """What speaks for the mechanisms, rules and parameters that a run uses: name -> text."""
    from chokepoint.agents import court, mine
    from chokepoint.sim.engine import draws
    from chokepoint.sim.network.margins import balance

    reserves, stances = scenario["reserves"].values(), scenario["stances"].values()
    events = [e for e in scenario["events"] if e["admitted"] == "yes"]
    held = bool(reserves) or any(e["instrument"] == "reserve_purchase" for e in events)
    texts = {f"rule {name}": docs_of(rule) for name, rule in phases().rules.items()
             if name not in replaced and (held or name not in OF_RESERVES)}  # fmt: skip
    texts |= {f"mechanism {mechanism.name}": mechanism.source for mechanism in phases().frame.shipped}
    texts["random draws"] = docs_of(draws.normal)
    if scenario["choices"]["balance"] == "use":
        texts["balance of the base year"] = docs_of(balance)
    if any(e["instrument"] in ("backing", "subsidy") and e.get("kind") for e in events):
        texts["backing by states"] = docs_of(mine.grant_element)
    if any(e["instrument"] == "complaint" and "hazard" in e.get("kind", "") for e in events):
        texts["court"] = docs_of(court)
    for name in sorted({r["rule"] for r in reserves}):
        texts[f"reserve rule {name}"] = docs_of(reserve_rules.named(name))
    for name in sorted({s["rule"] for s in stances}):
        texts[f"doctrine {name}"] = docs_of(doctrines.named(name))
    for name, parameter in PARAMETERS.items():
        off = parameter.off is not None and scenario["behaviour"].get(name, parameter.default) == parameter.off
        if not off and (held or name not in OF_RESERVE_BEHAVIOUR):
            texts[f"parameter {name}"] = parameter.source
    if posterior:
        from chokepoint.experiments.runs import sample

        texts["posterior sample"] = docs_of(sample)
    return texts


def literature(scenario: Mapping[str, Any], replaced: Iterable[str] = (), posterior: bool = False) -> tuple[Use, ...]:
    """The literature behind the rules and parameters in use; `scenario` as `Scenario.resolved` gives it."""
    users: dict[str, list[str]] = {}
    for name, text in _texts(scenario, tuple(replaced), posterior).items():
        for key in named_in(text):
            users.setdefault(key, []).append(name)
    found = [Use(key, bibliography()[key].text, tuple(by)) for key, by in users.items()]
    return tuple(sorted(found, key=lambda use: use.text))


def _sources(table: str, rows: Iterable[Mapping[str, Any]], in_run: bool = True) -> tuple[list[Source], int, int]:
    """Sources of a table by number of rows, the rows in all, and those that rest on an assumption."""
    count: Counter[str] = Counter()
    grades: dict[str, set[str]] = {}
    total = guessed = 0
    for row in rows:
        source, grade = str(row.get("source") or ""), str(row.get("confidence") or row.get("grade") or "")
        if row.get("admitted") == "no":
            continue
        total += 1
        if source.startswith(ASSUMPTION) or grade == ASSUMPTION:
            guessed += 1
            continue
        for part in filter(None, re.split(r"\s+;\s+", source)):
            count[part] += 1
            grades.setdefault(part, set()).add(grade)
    ranked = sorted(count.items(), key=lambda item: (-item[1], item[0]))
    return [Source(table, s, n, "".join(sorted(grades[s])), in_run) for s, n in ranked], total, guessed


def _beside(folder: Path | None, scenario: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
    """Rows of the files that say where activity, and history, come from."""
    found: dict[str, list[dict[str, str]]] = {}
    if folder is None:
        return found
    paths = table_paths(folder)
    given = {"observed": folder / "observed.csv"}
    if scenario["activity"] and "activity" in paths:
        given["activity"] = paths["activity"].with_name("activity_sources.csv")
    for table, path in given.items():
        if path.is_file():
            with path.open(newline="", encoding="utf-8") as file:
                found[table] = list(csv.DictReader(file))
    return found


def citations(run: str | Path, changes: Iterable[str] = ()) -> Citations:
    """What to cite for a result folder, a study's folder, an episode, a scenario folder or a recipe; `changes` for the
    latter three.

    Raises `BadInput` where there is none of them, or where a result is damaged.
    """
    path = Path(run)
    if (path / FILE).exists():
        if tuple(changes):
            raise BadInput([f"{path} is a study, which --set cannot change; name the episode"], "cite")
        return _study(read_batch(path))
    if (path / MANIFEST).exists():
        manifest, scenario = _result(path)
        if tuple(changes):
            raise BadInput([f"{path} is a result, which --set cannot change; name the episode"], "cite")
        rules, told = dict(manifest["rules"]), {k: manifest[k] for k in ("identity", "code", "seed", "replications")}
        name = str(manifest["scenario"])
        folder = FOLDER / name if name in names() else None
        posterior = bool(manifest.get("posterior"))
    else:
        if path.is_dir() and not (path / "scenario.toml").is_file():
            raise BadInput([f"{path}: neither a result (no {MANIFEST}) nor a scenario (no scenario.toml)"], "cite")
        place = find(run)
        resolved = change_scenario(place.scenario(), (*place.changes, *changes))
        scenario, rules, told = json.loads(resolved.resolved()), dict(resolved.rules), {}
        scenario["behaviour"] |= place.behaviour
        name, folder, posterior = place.name, place.folder, False
    rules |= {file: "a mechanism" for file, _ in scenario.get("mechanisms", ())}
    sources: list[Source] = []
    rows, guesses = {}, {}
    beside = _beside(folder, scenario)
    tables = {table: scenario[table] for table in TABLES} | {t: r for t, r in beside.items() if t != "observed"}
    for table, cells in tables.items():
        found, rows[table], guesses[table] = _sources(table, cells)
        sources += found
    sources += _sources("observed", beside.get("observed", ()), in_run=False)[0]
    note = ""
    if scenario["activity"] and "activity" not in beside:
        note = "where the industrial activity comes from is told by no activity_sources.csv at hand"
    software = f"{bibliography()[SOFTWARE].text}. Version {version('chokepoint')}"
    return Citations(
        name, software, literature(scenario, rules, posterior), tuple(sources),
        {t: n for t, n in rows.items() if n}, {t: n for t, n in guesses.items() if n}, rules, told, note,
    )  # fmt: skip


def _study(batch: Batch) -> Citations:
    """What the runs of a study rest on: the episode as the study changes it, and each level of its factors."""
    points = batch.points
    if not isinstance(points, Sampled):
        return citations(batch.episode, points[0].changes)
    levels = [p for f in points.factors for p in f.points if p.changes]
    whole = citations(batch.episode, points.base.changes)
    found = {use.key: use for use in whole.literature}
    for level in levels:
        for use in citations(batch.episode, (*points.base.changes, *level.changes)).literature:
            found.setdefault(use.key, use)
    return replace(whole, literature=tuple(sorted(found.values(), key=lambda use: use.text)))


def _result(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Manifest and scenario of a result; `BadInput` says what is missing or damaged."""
    if not (folder / "scenario.json").is_file():
        raise BadInput([f"{folder}: no scenario.json, which says what data it used; name the episode instead"], "cite")
    try:
        manifest, scenario = (
            json.loads((folder / name).read_text(encoding="utf-8")) for name in (MANIFEST, "scenario.json")
        )
        for key in ("rules", "identity", "code", "seed", "replications", "scenario"):
            manifest[key]
        wanted = {**dict.fromkeys(TABLES, list), "reserves": dict, "stances": dict, "behaviour": dict, "choices": dict}
        if missing := [key for key, kind in wanted.items() if not isinstance(scenario[key], kind)]:
            raise ValueError(f"{missing[0]} is not what it should be")
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise BadInput([f"{folder}: damaged result ({error})"], "cite") from None
    return manifest, scenario


def as_data(found: Citations) -> dict[str, Any]:
    """Citations as plain data (one JSON object)."""
    return {
        **asdict(found), "literature": [asdict(use) for use in found.literature],
        "sources": [asdict(source) for source in found.sources],
    }  # fmt: skip


def bibtex(found: Citations) -> str:
    """Software, literature and sources of data as BibTeX."""
    books = bibliography()
    own = books[SOFTWARE]
    entries = [_entry(own.key, own.kind, own.authors, {**own.cells, "version": version("chokepoint")})]
    entries += [_entry(use.key, books[use.key].kind, books[use.key].authors, books[use.key].cells)
                for use in found.literature]  # fmt: skip
    tables: dict[str, list[Source]] = {}
    for source in found.sources:
        tables.setdefault(source.source, []).append(source)
    for number, (name, parts) in enumerate(tables.items(), start=1):
        note = ", ".join(f"{p.table}.csv: {p.rows} row{'s' if p.rows != 1 else ''}" for p in parts)
        cells = {"url" if re.fullmatch(r"https?://\S+", name) else "title": name, "note": note}
        entries.append(_entry(f"{found.name}-data-{number}", "misc", (), cells))
    return "\n\n".join(entries) + "\n"


def _entry(key: str, kind: str, authors: tuple[str, ...], cells: Mapping[str, str]) -> str:
    lines = [f"  author = {{{' and '.join(authors)}}}"] if authors else []
    lines[:] = [line.replace("{others}", "others") for line in lines]  # BibTeX's own word for et al.
    for name, value in cells.items():
        plain = value if name in ("url", "doi") else re.sub(r"([&%#_$])", r"\\\1", value)
        lines.append(f"  {name} = {{{re.sub(r'(?<=[0-9])-(?=[0-9])', '--', plain) if name == 'pages' else plain}}}")
    return f"@{kind}{{{key},\n" + ",\n".join(lines) + "\n}"


def print_citations(found: Citations, console: Any) -> None:
    """Citations for a reader."""

    def line(text: str, indent: str = "") -> None:
        console.print(f"{indent}{text}", markup=False, soft_wrap=True)

    console.print(f"[bold]What {found.name} rests on[/bold]\n\n[bold]Software[/bold]")
    line(found.software, "  ")
    if found.run:
        line(", ".join(f"{name} {value}" for name, value in found.run.items()), "  Run: ")
    console.print("\n[bold]Literature behind the rules and parameters in use[/bold]")
    for use in found.literature:
        line(use.text, "  ")
        line(", ".join(use.used_by), "      for ")
    for name, place in found.own_rules.items():
        line(f"{name}: the study's own ({place}); cite its author", "  ")
    for in_run, title in ((True, "Data, by table"), (False, "History, held against and not used by the run")):
        chosen = [s for s in found.sources if s.in_run is in_run]
        tables = [*found.rows] if in_run else ["observed"]
        if not in_run and not chosen:
            continue
        console.print(f"\n[bold]{title}[/bold]")
        for table in tables:
            if in_run and table in found.rows:
                guessed = found.assumptions.get(table, 0)
                rows = f"{found.rows[table]} row{'s' if found.rows[table] != 1 else ''}"
                line(f"{table}.csv: {rows}, {guessed} assumed", "  ")
            for s in (s for s in chosen if s.table == table):
                grade = f" ({s.confidence})" if s.confidence else ""
                line(f"{s.rows:>4}  {s.source}{grade}", "    ")
    if found.note:
        line(f"\nNot known: {found.note}.")


def as_text(found: Citations) -> str:
    """What `print_citations` prints, as plain text."""
    from rich.console import Console

    console = Console(file=(text := io.StringIO()), width=118, no_color=True)
    print_citations(found, console)
    return text.getvalue()
