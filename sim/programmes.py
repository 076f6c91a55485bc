"""Sections `[reserve.NAME]` of a scenario: who holds a reserve, by which rule, and what others are told of it.

[reserve.japan]
country = "Japan"
rule = "target_days"        # a file of agents/reserve_rules
held_days = 42              # state stock at the start, in days of use of the firms that it serves
settings = { days = 180 }   # the rule's own numbers

On the command line: `--set reserve.japan.days=180`, `--set reserve.japan.disclosed=nothing`, `--set
reserve.japan=none`, and `--set reserve.Japan=target_days` for a new programme of a country of that name.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents import reserve_rules
from sim.problems import BadInput, nearest

Days = Annotated[float, Field(ge=0, le=1000)]


class Reserve(BaseModel):
    """One reserve of one government.

    country: the holder. rule, settings: how it is run. materials: what it may hold, all if empty. members: further
    countries whose firms it serves (an alliance shares its stock). start: first day on which its office decides.
    held_days: state stock at the start of the run. private_days: stock that firms of the country must hold, 0 for none.
    disclosed: what is published, the `holding` (and what is bought), the `target` alone, or `nothing`.
    claimed_days: a holding that is claimed on the first day, true or not. release_delay_weeks: from wish to release.
    interest_per_year, storage_per_year, rotation_per_year: yearly cost as shares of the value held (assumptions; the
    last is what is sold and bought anew at a loss of quality).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    country: str
    rule: str = "target_days"
    settings: dict[str, Any] = Field(default_factory=dict)
    materials: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    start: date | None = None
    held_days: Days = 0.0
    private_days: Days = 0.0
    disclosed: Literal["holding", "target", "nothing"] = "holding"
    claimed_days: Days | None = None
    release_delay_weeks: Annotated[int, Field(ge=0, le=104)] = 4
    interest_per_year: Annotated[float, Field(ge=0, le=0.5)] = 0.03
    storage_per_year: Annotated[float, Field(ge=0, le=0.5)] = 0.01
    rotation_per_year: Annotated[float, Field(ge=0, le=0.5)] = 0.0

    def made(self) -> Any:
        """The rule of this reserve with its settings; ValidationError when a setting is out of range."""
        module = reserve_rules.named(self.rule)
        return module.Rule(module.Settings.model_validate(self.settings))


def _said(error: Any, fields: Iterable[str]) -> str:
    kind, bounds = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return f"unknown key ({nearest(str(error['loc'][-1]), fields)})"
    limits = [f"{word} {bounds[key]}" for key, word in
              (("ge", "at least"), ("gt", "above"), ("le", "at most"), ("lt", "below")) if key in bounds]  # fmt: skip
    if limits:
        return f"{error['input']!r} must be {' and '.join(limits)}"
    if kind == "literal_error":
        return f"{error['input']!r} is not one of {bounds['expected']}"
    return f"{error['msg'].lower()}" + ("" if kind == "missing" else f" ({error['input']!r})")


def faults(error: ValidationError, where: str, fields: Iterable[str]) -> list[str]:
    """The problems of one section in the words of a user."""
    return [
        f"{where}{'.' + '.'.join(str(x) for x in e['loc']) if e['loc'] else ''}: {_said(e, fields)}"
        for e in error.errors()
    ]


def read(raw: Any, problems: list[str]) -> dict[str, Reserve]:
    """The reserves of a scenario file; what is wrong with them goes into `problems`."""
    found: dict[str, Reserve] = {}
    if not isinstance(raw, dict):
        problems.append(f"scenario.toml, reserve: {raw!r} is not a table such as [reserve.japan]")
        return found
    for name, section in raw.items():
        where = f"scenario.toml, reserve.{name}"
        if not isinstance(section, dict):
            problems.append(f"{where}: {section!r} is not a table")
            continue
        try:
            found[name] = Reserve.model_validate(section)
        except ValidationError as error:
            problems += faults(error, where, Reserve.model_fields)
    return found


def check(reserves: Mapping[str, Reserve], countries: list[str], materials: list[str]) -> list[str]:
    """Problems of reserves against the rest of a scenario."""
    problems: list[str] = []
    holders: dict[str, str] = {}
    for name, reserve in reserves.items():
        where = f"reserve.{name}"
        if reserve.country not in countries:
            problems.append(
                f"{where}, country: unknown country {reserve.country!r} ({nearest(reserve.country, countries)})"
            )
        if reserve.country in holders:
            problems.append(f"{where}: {reserve.country} already holds reserve.{holders[reserve.country]}")
        holders.setdefault(reserve.country, name)
        for material in reserve.materials:
            if material not in materials:
                problems.append(f"{where}, materials: unknown material {material!r} ({nearest(material, materials)})")
        for member in reserve.members:
            if member not in countries:
                problems.append(f"{where}, members: unknown country {member!r} ({nearest(member, countries)})")
            elif member == reserve.country:
                problems.append(f"{where}, members: {member} shares with itself; name another country")
        if reserve.rule not in reserve_rules.names():
            problems.append(
                f"{where}, rule: unknown rule {reserve.rule!r} ({nearest(reserve.rule, reserve_rules.names())})"
            )
            continue
        try:
            reserve.made()
        except ValidationError as error:
            fields = reserve_rules.named(reserve.rule).Settings.model_fields
            problems += faults(error, f"{where}, {reserve.rule}", fields)
    return problems


def changed(reserves: Mapping[str, Reserve], key: str, value: str, countries: list[str]) -> dict[str, Reserve]:
    """The reserves after `--set key=value`; `BadInput` when there is no such programme or key."""
    name, _, field = key.removeprefix("reserve.").partition(".")
    new = dict(reserves)
    if not field:
        if value == "none" and name in new:
            del new[name]
        elif name in new:
            new[name] = new[name].model_copy(update={"rule": value, "settings": {}})
        elif name in countries and value in reserve_rules.names():
            new[name] = Reserve(country=name, rule=value)
        elif name in countries:
            raise BadInput([f"--set {key}: unknown rule {value!r} ({nearest(value, reserve_rules.names())})"])
        else:
            raise BadInput([f"--set {key}: no reserve or country of that name ({nearest(name, [*new, *countries])})"])
        return new
    if name not in new:
        raise BadInput([f"--set {key}: no reserve {name!r} ({nearest(name, new) if new else 'the scenario has none'})"])
    reserve = new[name]
    cells = reserve.model_dump()
    own = Reserve.model_fields
    rule = reserve_rules.named(reserve.rule).Settings.model_fields if reserve.rule in reserve_rules.names() else {}
    if field in own and field != "settings":
        cells[field] = tuple(value.split(";")) if field in ("materials", "members") else value
    elif field in rule:
        cells["settings"] = {**cells["settings"], field: value}
    else:
        raise BadInput([f"--set {key}: unknown key {field!r} ({nearest(field, [*own, *rule])})"])
    try:
        new[name] = Reserve.model_validate(cells)
    except ValidationError as error:
        raise BadInput(faults(error, f"--set reserve.{name}", own)) from None
    return new
