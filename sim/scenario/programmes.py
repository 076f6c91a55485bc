"""Sections `[reserve.NAME]` and `[doctrine.NAME]` of a scenario: who holds a reserve, and how an exporter decides.

[reserve.japan]
country = "Japan"
rule = "target_days"        # a file of agents/reserve_rules
held_days = 42              # state stock at the start, in days of use of the country's firms
settings = { days = 180 }   # the rule's own numbers

[doctrine.China]
rule = "leverage"           # a file of agents/doctrines
settings = { political = 2.0 }

NAME is the country where the section names none. On the command line: `--set reserve.japan.days=180`, `--set
reserve.japan.disclosed=nothing`, `--set reserve.japan=none`, and `--set reserve.Japan=target_days` for a new programme
of a country of that name.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from types import ModuleType
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator

from chokepoint.agents import doctrines, reserve_rules
from chokepoint.agents.settings import Settings
from chokepoint.sim.scenario.problems import BadInput, explain, nearest

TOLD = ("holding", "target", "nothing")
Days = Annotated[float, Field(ge=0, le=1000)]


class Reserve(Settings):
    """One reserve of one government.

    country: the holder. rule, settings: how it is run. materials: what it may hold, all if empty. members: further
    countries whose firms it serves (an alliance shares its stock). pools: whether days of use count the firms of the
    members too, so that one office buys for all. start: first day on which its office decides.
    held_days: state stock at the start of the run, in days of use of the country's own firms. private_days: stock that
    firms of the country must hold, 0 for none. disclosed: what is published, the `holding` (and what is bought), the
    `target` alone, or `nothing`. turns: days from which something else is published, such as `2010-10-01:nothing`
    (its office acts on it at its next decision). claimed_days: a holding that is claimed on the first day, true or not.
    release_delay_weeks: from wish to release. interest_per_year, storage_per_year, rotation_per_year: yearly cost as
    shares of the value held (assumptions; the last is what is sold and bought anew at a loss of quality)."""

    country: str
    rule: str = "target_days"
    settings: dict[str, Any] = Field(default_factory=dict)
    materials: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    pools: bool = False
    start: date | None = None
    held_days: Days = 0.0
    private_days: Days = 0.0
    disclosed: Literal["holding", "target", "nothing"] = "holding"
    turns: tuple[str, ...] = ()
    claimed_days: Days | None = None
    release_delay_weeks: Annotated[int, Field(ge=0, le=104)] = 4
    interest_per_year: Annotated[float, Field(ge=0, le=0.5)] = 0.03
    storage_per_year: Annotated[float, Field(ge=0, le=0.5)] = 0.01
    rotation_per_year: Annotated[float, Field(ge=0, le=0.5)] = 0.0

    @field_validator("turns")
    @classmethod
    def _turns(cls, turns: tuple[str, ...]) -> tuple[str, ...]:
        for turn in turns:
            day, _, told = turn.partition(":")
            try:
                date.fromisoformat(day)
            except ValueError:
                raise ValueError(f"{turn!r} does not begin with a day such as 2010-10-01") from None
            if told not in TOLD:
                raise ValueError(f"{turn!r} says none of {', '.join(TOLD)}")
        return tuple(sorted(turns))

    def told(self, day: date) -> str:
        """What is published of it on a day."""
        now = [turn.partition(":") for turn in self.turns if date.fromisoformat(turn.partition(":")[0]) <= day]
        return now[-1][2] if now else self.disclosed

    def made(self) -> Any:
        """The rule of this reserve with its settings."""
        module = reserve_rules.named(self.rule)
        return module.Rule(module.Settings.model_validate(self.settings))


class Stance(Settings):
    """The doctrine of one state, exporting or importing.

    rule, settings: how it decides. rhythm_weeks: how often; what it orders lasts until it decides again. start: the
    first decision, a year after the start of the run if not given. keeps_history: whether the dated acts of the
    scenario happen all the same.
    """

    country: str
    rule: str = "leverage"
    settings: dict[str, Any] = Field(default_factory=dict)
    rhythm_weeks: Annotated[int, Field(ge=1, le=520)] = 26
    start: date | None = None
    keeps_history: bool = False

    def made(self) -> Any:
        """The doctrine with its settings; it has no history of its own."""
        module = doctrines.named(self.rule)
        return module.Doctrine(module.Settings.model_validate(self.settings), [])


SECTIONS: dict[str, tuple[type[Reserve] | type[Stance], ModuleType]] = {
    "reserve": (Reserve, reserve_rules), "doctrine": (Stance, doctrines),
}  # fmt: skip


def faults(error: ValidationError, where: str, fields: Iterable[str]) -> list[str]:
    """The problems of one section in the words of a user."""
    return [
        ".".join((where, *map(str, e["loc"]))) + ": " + explain(e, "", fields).replace("column", "key")
        for e in error.errors()
    ]


def read(key: str, raw: Any, problems: list[str]) -> dict[str, Any]:
    """The sections `[key.NAME]` of a scenario file; what is wrong with them goes into `problems`."""
    found: dict[str, Any] = {}
    model = SECTIONS[key][0]
    for name, section in raw.items():
        where = f"scenario.toml, {key}.{name}"
        if not isinstance(section, dict):
            problems.append(f"{where}: {section!r} is not a table")
            continue
        try:
            found[name] = model.model_validate({"country": name, **section})
        except ValidationError as error:
            problems += faults(error, where, model.model_fields)
    return found


def _check_rule(where: str, section: "Reserve | Stance", package: ModuleType) -> list[str]:
    if section.rule not in package.names():
        return [f"{where}, rule: unknown rule {section.rule!r} ({nearest(section.rule, package.names())})"]
    settings = package.named(section.rule).Settings
    try:
        settings.model_validate(section.settings)
    except ValidationError as error:
        return faults(error, f"{where}, {section.rule}", settings.model_fields)
    return []


def _check_countries(key: str, sections: Mapping[str, Any], valid: list[str], what: str) -> list[str]:
    problems: list[str] = []
    seen: dict[str, str] = {}
    for name, section in sections.items():
        country = section.country
        if country not in valid:
            problems.append(f"{key}.{name}, country: {country!r} is not {what} ({nearest(country, valid)})")
        if country in seen:
            problems.append(f"{key}.{name}: {country} has one already, {key}.{seen[country]}")
        seen.setdefault(country, name)
    return problems


def check_reserves(reserves: Mapping[str, Reserve], countries: list[str], materials: list[str]) -> list[str]:
    """Problems of reserves against the rest of a scenario."""
    problems = _check_countries("reserve", reserves, countries, "a country of the scenario")
    for name, reserve in reserves.items():
        where = f"reserve.{name}"
        for material in reserve.materials:
            if material not in materials:
                problems.append(f"{where}, materials: unknown material {material!r} ({nearest(material, materials)})")
        for member in reserve.members:
            if member not in countries:
                problems.append(f"{where}, members: unknown country {member!r} ({nearest(member, countries)})")
            elif member == reserve.country:
                problems.append(f"{where}, members: {member} shares with itself; name another country")
        if reserve.pools and not reserve.members:
            problems.append(f"{where}, pools: an office that buys for all needs members")
        problems += _check_rule(where, reserve, reserve_rules)
    return problems


def check_stances(stances: Mapping[str, Stance], states: list[str]) -> list[str]:
    """Problems of doctrines against the rest of a scenario."""
    problems = _check_countries("doctrine", stances, states, "a state with a role")
    for name, stance in stances.items():
        problems += _check_rule(f"doctrine.{name}", stance, doctrines)
    return problems


def changed(key: str, sections: Mapping[str, Any], path: str, value: str, countries: list[str]) -> dict[str, Any]:
    """The sections `[key.NAME]` after `--set path=value`; `BadInput` when there is no such section or key."""
    model, package = SECTIONS[key]
    name, _, field = path.removeprefix(f"{key}.").partition(".")
    new = dict(sections)
    if not field:
        if value == "none" and name in new:
            del new[name]
        elif name not in new and name not in countries:
            raise BadInput([f"--set {path}: nothing of that name ({nearest(name, dict.fromkeys([*new, *countries]))})"])
        elif value not in package.names():
            raise BadInput([f"--set {path}: unknown rule {value!r} ({nearest(value, package.names())})"])
        elif name in new:
            new[name] = new[name].model_copy(update={"rule": value, "settings": {}})
        else:
            new[name] = model(country=name, rule=value)
        return new
    if name not in new:
        near = nearest(name, new) if new else "the scenario has none"
        raise BadInput([f"--set {path}: there is no {key}.{name} ({near})"])
    cells, own = new[name].model_dump(), model.model_fields
    rule = package.named(cells["rule"]).Settings.model_fields if cells["rule"] in package.names() else {}
    if field in own and field != "settings":
        if field == "turns":  # each adds to those before
            cells[field] = (*cells[field], *value.split(";"))
        else:
            cells[field] = tuple(value.split(";")) if field in ("materials", "members") else value
    elif field in rule:
        given: Any = tuple(value.split(";")) if field == "instruments" else value
        cells["settings"] = {**cells["settings"], field: given}
    else:
        raise BadInput([f"--set {path}: unknown key {field!r} ({nearest(field, [*own, *rule])})"])
    try:
        new[name] = model.model_validate(cells)
    except ValidationError as error:
        raise BadInput(faults(error, f"--set {key}.{name}", own)) from None
    return new
