"""Levers: what a user does to a running world from a day on, each as changes that `--set` understands.

A lever never touches a running world. It adds changes that begin on its day; the world is run again from the start to
the week it was in, which is the same to the bit until that day.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from chokepoint.sim.scenario.act_sentence import Act, sentence
from chokepoint.sim.scenario.problems import BadInput

if TYPE_CHECKING:
    from chokepoint.sim.scenario.tables import Event, Scenario

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """One number or choice of a lever. `choices` gives the texts to choose among; a number has unit and range."""

    name: str
    label: str
    default: Any
    low: float = 0.0
    high: float = 0.0
    choices: Callable[["Scenario"], Sequence[str]] | None = None


@dataclass(frozen=True)
class Pulled:
    """A lever as it was pulled: its kind and values, the day from which it works, the day on which it was lifted."""

    number: int
    kind: str
    values: dict[str, Any]
    day: date
    lifted: date | None = None

    def changes(self, scenario: "Scenario") -> list[str]:
        """The changes it makes."""
        return LEVERS[self.kind].changes(self, scenario)

    def what(self) -> str:
        """What it is, in a line."""
        told = ", ".join(
            f"{shown(self.values[f.name])} {f.label}" if f.choices is None else f"{f.label} {self.values[f.name]}"
            for f in LEVERS[self.kind].fields
            if f.name in self.values and not isinstance(f.default, bool)
        )
        return f"{LEVERS[self.kind].title}: {told}"

    def title(self) -> str:
        """What it is and when, in a line."""
        until = f" to {self.lifted}" if self.lifted else ""
        return f"{self.what()} ({self.day}{until})"


@dataclass(frozen=True)
class Lever:
    """A kind of lever: its form, and the changes it makes. `ends`: whether it can be lifted."""

    title: str
    meaning: str
    fields: tuple[Field, ...]
    changes: Callable[[Pulled, "Scenario"], list[str]]
    ends: bool = True
    needs: Callable[["Scenario"], bool] = field(default=lambda scenario: True)


def shown(value: float) -> str:
    """A number as a reader wants it."""
    return f"{value:,.10g}"


def exporters(scenario: "Scenario") -> list[str]:
    """States with a market zone of their own."""
    return [c.country for c in scenario.countries if c.role == "exporting_state"]


def importers(scenario: "Scenario") -> list[str]:
    """Everybody else, those whose governments act first."""
    others = [c for c in scenario.countries if c.role != "exporting_state"]
    return [c.country for c in sorted(others, key=lambda c: c.role != "importing_government")]


def governments(scenario: "Scenario") -> list[str]:
    """States that may hold a reserve and do not yet."""
    held = {r.country for r in scenario.reserves.values()}
    return [c.country for c in scenario.countries if c.role == "importing_government" and c.country not in held]


def _ends(pulled: Pulled, scenario: "Scenario") -> date:
    return pulled.lifted or scenario.end


def _act(instrument: str, unit: str = "", heard: float | None = None) -> Callable[[Pulled, "Scenario"], list[str]]:
    """An act of a state, of which everybody hears or nobody; when it is lifted, that is told, too."""

    def changes(pulled: Pulled, scenario: "Scenario") -> list[str]:
        v, name = pulled.values, f"lever.{pulled.number}"
        target, heard = v.get("target", "all"), v.get("heard", True)
        act = Act(
            v["actor"], instrument, pulled.day, _ends(pulled, scenario), targets=(target,), heard=heard,
            amount=float(f"{float(v['value']):g}") if unit else None, unit=unit or "none",
        )  # fmt: skip
        found = [f"act.{name}={sentence(act)}"]
        if heard and pulled.lifted:
            found.append(f"say.{name}.end=lifting:{target}:{pulled.lifted}")
        return found

    return changes


def _quota(pulled: Pulled, scenario: "Scenario") -> list[str]:
    """A quota of so many tonnes each half-year after the one in force, split between light and heavy as history's was.
    Later ones of history neither happen nor are heard of; when it is lifted, what is left of history's comes back."""
    v, half, end = pulled.values, 0, _ends(pulled, scenario)
    name, actor = f"lever.{pulled.number}", v["actor"]
    own = [e for e in scenario.events if e.instrument == "export_quota" and e.actor == actor and e.admitted == "yes"]
    begin = max([pulled.day, *(e.end + timedelta(days=1) for e in own if e.end and e.start <= pulled.day <= e.end)])
    if begin > end:  # lifted before it came into force
        return []
    gone = {e.id for e in own if begin <= e.start <= end}
    found = [f"{e}=unfelt" for e in sorted(gone)]
    unheard = [
        n.id for n in scenario.news if n.date >= pulled.day and n.measure and gone.issuperset(n.measure.split(";"))
    ]
    found += [f"{n}=none" for n in unheard if not any(n.startswith(f"{other}.") for other in unheard)]
    parts = _parts([e for e in own if e.start <= begin])
    while begin <= end and half < 60:
        first, last = _half_year(begin)
        stop = min(end, last)
        tonnes = float(v["value"]) * ((stop - begin).days + 1) / ((last - first).days + 1)
        found += [
            f"act.{name}.{half}{part}={_quota_of(actor, kind, float(f'{share * tonnes:.6g}'), begin, stop)}"
            for part, (kind, share) in zip("ab", parts.items(), strict=False)
        ]
        begin, half = stop + timedelta(days=1), half + 1
    if v.get("heard", True):
        first_acts = ";".join(f"{name}.0{part}" for part, _ in zip("ab", parts, strict=False))
        found.append(f"say.{name}=act:all:{pulled.day}:act.{first_acts}")
    if pulled.lifted:
        day = pulled.lifted + timedelta(days=1)
        found.append(f"act.{name}.end={_quota_of(actor, '', None, day, day)}")
        for i, e in enumerate(own):
            if e.id in gone and e.value is not None and e.end is not None and e.start <= day <= e.end:
                left = e.value * ((e.end - day).days + 1) / ((e.end - e.start).days + 1)
                found.append(f"act.{name}.next{i}={_quota_of(actor, e.kind, float(f'{left:.6g}'), day, e.end, e.unit)}")
    return found


def _quota_of(actor: str, kind: str, tonnes: float | None, first: date, last: date, unit: str = "t gross") -> str:
    """A quota that no news tells of by itself; None for the end of one."""
    given = "none" if tonnes is None else unit
    kinds = (kind,) if kind else ()
    return sentence(Act(actor, "export_quota", first, last, kind=kinds, amount=tonnes, unit=given, heard=False))


def _parts(quotas: "list[Event]") -> dict[str, float]:
    """How the last quotas were split: kind -> share of the tonnes."""
    pairs = [(a, b) for a in quotas for b in quotas if a.start == b.start and (a.kind, b.kind) == ("light", "heavy")]
    if not pairs:
        return {"": 1.0}
    light, heavy = max(pairs, key=lambda pair: pair[0].start)
    total = (light.value or 0.0) + (heavy.value or 0.0)
    return {e.kind: (e.value or 0.0) / total if total else 0.5 for e in (light, heavy)}


def _half_year(day: date) -> tuple[date, date]:
    """The first and last day of the half-year of a day."""
    if day.month <= 6:
        return date(day.year, 1, 1), date(day.year, 6, 30)
    return date(day.year, 7, 1), date(day.year, 12, 31)


def _reserve(pulled: Pulled, scenario: "Scenario") -> list[str]:
    v = pulled.values
    key = f"reserve.{v['country']}"
    return [
        f"{key}=target_days", f"{key}.start={pulled.day}", f"{key}.days={float(v['days']):g}",
        f"{key}.pace_years={float(v['years']):g}", f"{key}.disclosed={v['disclosed']}",
    ]  # fmt: skip


def _disclosure(pulled: Pulled, scenario: "Scenario") -> list[str]:
    name = next((n for n, r in scenario.reserves.items() if r.country == pulled.values["country"]), None)
    if name is None:
        raise BadInput([f"{pulled.values['country']} holds no reserve; start a programme first"], "lever")
    return [f"reserve.{name}.turns={pulled.day}:{pulled.values['disclosed']}"]


def _rumour(pulled: Pulled, scenario: "Scenario") -> list[str]:
    v = pulled.values
    return [f"say.lever.{pulled.number}={v['kind']}:{v['target']}:{pulled.day}:{v['topic']}"]


def _demand(pulled: Pulled, scenario: "Scenario") -> list[str]:
    """Activity in whole months from the next one on."""
    v = pulled.values
    first = (pulled.day.replace(day=1) + timedelta(days=32)).replace(day=1)
    if f"{first:%Y-%m}" not in scenario.activity_months:
        raise BadInput(["the episode ends before the next month; go back to pull this lever"], "lever")
    if v["months"] != int(v["months"]):
        raise BadInput([f"months: {shown(v['months'])} is not a whole number"], "lever")
    last = first
    for _ in range(int(v["months"]) - 1):
        last = (last + timedelta(days=32)).replace(day=1)
    if pulled.lifted:
        last = min(last, pulled.lifted.replace(day=1))
    if last < first:
        return []
    return [f"activity.{v['country']}.{first:%Y-%m}..{last:%Y-%m}=x{1.0 + float(v['value']) / 100.0:g}"]


def _everybody(scenario: "Scenario") -> list[str]:
    return ["all", *(c.country for c in scenario.countries)]


ACTOR = Field("actor", "by", None, choices=exporters)
TARGET = Field("target", "on", None, choices=importers)
TARGETS = Field("target", "on", None, choices=lambda s: ["all", *importers(s)])
HEARD = Field("heard", "everybody hears of it", True)
HOLDER = Field("country", "of", None, choices=lambda s: [r.country for r in s.reserves.values()])
TOLD = ("holding", "target", "nothing")

LEVERS: dict[str, Lever] = {
    "embargo": Lever(
        "Embargo", "no exports of the covered forms to a destination", (ACTOR, TARGET, HEARD), _act("embargo"),
        needs=lambda s: bool(exporters(s)),
    ),
    "quota": Lever(
        "Export quota", "licences for so many tonnes a half-year, once the quota in force ends",
        (ACTOR, Field("value", "t gross each half-year", 8000.0, 0.0, 1e6), HEARD), _quota,
        needs=lambda s: bool(exporters(s)),
    ),
    "tax": Lever(
        "Export tax", "on all materials, in place of the tax in force, until history's next",
        (ACTOR, Field("value", "%", 25.0, 0.0, 100.0), HEARD), _act("export_tax", "%"), ends=False,
        needs=lambda s: bool(exporters(s)),
    ),
    "licence": Lever(
        "Export licence", "cargo waits for a licence",
        (ACTOR, TARGETS, Field("value", "working days", 45.0, 0.0, 500.0), HEARD),
        _act("export_licence", "working days"), needs=lambda s: bool(exporters(s)),
    ),
    "inspection": Lever(
        "Inspection", "so many per cent of cargos are opened",
        (ACTOR, TARGETS, Field("value", "%", 100.0, 1.0, 100.0), HEARD), _act("inspection", "%"),
        needs=lambda s: bool(exporters(s)),
    ),
    "reserve": Lever(
        "Reserve programme", "a state buys up to so many days of use, but not while supply is short",
        (
            Field("country", "of", None, choices=governments), Field("days", "days of use", 180.0, 1.0, 1000.0),
            Field("years", "years for the whole target", 2.0, 0.1, 20.0),
            Field("disclosed", "it tells", "holding", choices=lambda s: TOLD),
        ),
        _reserve, ends=False, needs=lambda s: bool(governments(s)),
    ),
    "disclose": Lever(
        "Disclose or hide", "what a reserve tells from now on",
        (HOLDER, Field("disclosed", "it tells", "nothing", choices=lambda s: TOLD)), _disclosure, ends=False,
        needs=lambda s: bool(s.reserves),
    ),
    "rumour": Lever(
        "News", "something is said, true or not",
        (
            Field("kind", "kind", "rumour", choices=lambda s: ("rumour", "report", "threat", "denial")),
            Field("target", "about", "all", choices=_everybody),
            Field("topic", "topic", "exports", choices=lambda s: ("exports", "supply")),
        ),
        _rumour, ends=False,
    ),
    "demand": Lever(
        "Shock to demand", "activity of a country changes for some months, from the next month on",
        (
            Field("country", "in", "all", choices=lambda s: ["all", *(c.country for c in s.countries if any(
                a == c.country or a.startswith(c.country + " ") for a in s.activity))]),
            Field("value", "% change of activity", -30.0, -95.0, 200.0), Field("months", "months", 6.0, 1.0, 120.0),
        ),
        _demand, needs=lambda s: bool(s.activity),
    ),
}  # fmt: skip
