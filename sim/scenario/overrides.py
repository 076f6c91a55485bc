"""`--set key=value`: change one thing of a scenario.

quota.2010H2=none           the act does not happen (nor is it heard of); a quota's half-year is free
quota.2010H2=10000          the same act with another value, in the unit of its row
quota.2010H2=unheard:10000  the same, while others go on believing in the value of the row
embargo=unfelt              acts that are heard of and move nothing
embargo=none                every act whose name begins with `embargo.`
news.quota.2010H2=none      the act happens, but nobody hears of it; `news=none` for all
activity=none               industrial activity stays as in the base year
activity.all.2020-01..2020-12=before         in these months as, on average, in the three months before them
activity.Japan;Europe.2020-03..2020-08=x0.7  in these months 0.7 times what it was, with all sectors there
act.slow=China:inspection:all:2020-05..2020-08:33 %   one more act, named `slow`: actor, instrument, target, span,
                            and value and unit where it has one; no news tells of it. Spans are of months or of days
act.loan=Japan:backing loan:Mt Weld:2011-03..2012-12:225 m USD   the same with a word of scope behind the instrument
use_elasticity=0.2          a behavioural parameter (also `behaviour.use_elasticity`)
choices.links_per_buyer=2   a choice of scenario.toml
end=2012-12-31              the span
firms.Japan magnets 1.use_t_per_year=4000    one cell of a table
baskets.Longnan|Dy.share=0.08                the same where the first column repeats: the second behind a bar
say.talk=rumour:China:2020-05-22:reserve   one more item of news, named `talk`: kind, who is meant, day, and what it is
                            about (exports, supply or reserve, or act.NAME) where it is not about exports; true or not
doctrine.China=leverage     how an exporting state decides; doctrine.China.political=2 sets a number of its own
reserve.japan.days=180      a reserve of the scenario (see `programmes.py`); reserve.Japan=target_days adds one
news=shuffled:7             the dates of news shuffled among the items, by a seed (a placebo)
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from pydantic import ValidationError

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.sim.scenario import programmes
from chokepoint.sim.scenario.problems import BadInput, explain, nearest
from chokepoint.sim.scenario.tables import TABLES, Choices, Event, News, Scenario, check_behaviour, check_links


def apply_changes(scenario: Scenario, changes: list[str] | tuple[str, ...]) -> Scenario:
    """The scenario with `changes`, checked again; `BadInput` lists every change that cannot be made."""
    problems: list[str] = []
    for change in changes:
        key, sign, value = change.partition("=")
        key, value = key.strip(), value.strip()
        if not sign or not key or not value:
            problems.append(f"--set {change}: write key=value")
            continue
        try:
            scenario = _one(scenario, key, value)
        except BadInput as error:
            problems += error.problems
    problems += check_behaviour(scenario.behaviour, "--set")
    problems += check_links({name: getattr(scenario, name) for name in type(scenario).model_fields})
    if scenario.end <= scenario.start:
        problems.append(f"--set end: {scenario.end} is not after start {scenario.start}")
    if problems:
        raise BadInput(problems, "--set")
    return scenario


def _number(key: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        raise BadInput([f"--set {key}: {value!r} is neither a number nor 'none'"]) from None
    if number != number or abs(number) == float("inf"):
        raise BadInput([f"--set {key}: {value!r} is not finite"])
    return number


def _one(scenario: Scenario, key: str, value: str) -> Scenario:
    parameter = key.removeprefix("behaviour.")
    if parameter in PARAMETERS:
        return _with(scenario, behaviour={**scenario.behaviour, parameter: _number(key, value)})
    if key.startswith("behaviour."):
        raise BadInput([f"--set {key}: unknown parameter ({nearest(parameter, PARAMETERS)})"])
    if key in ("start", "end"):
        try:
            return _with(scenario, **{key: date.fromisoformat(value)})
        except ValueError:
            raise BadInput([f"--set {key}: {value!r} is not a date such as 2012-12-31"]) from None
    if key.startswith("choices."):
        return _choice(scenario, key.removeprefix("choices."), value)
    if key == "activity":
        if value != "none":
            raise BadInput([f"--set {key}: only {key}=none is possible (activity.csv holds the months)"])
        return _with(scenario, activity={}, activity_months=())
    if key.startswith("activity."):
        return _activity(scenario, key, value)
    if key.startswith("reserve.") and not any(_matches(e.id, key) for e in scenario.events):
        countries = [c.country for c in scenario.countries]
        return _with(scenario, reserves=programmes.changed("reserve", scenario.reserves, key, value, countries))
    if key.startswith("doctrine."):
        states = [c.country for c in scenario.countries if c.role != "none"]
        return _with(scenario, stances=programmes.changed("doctrine", scenario.stances, key, value, states))
    if key.startswith("act."):
        return _act(scenario, key, value)
    if key.startswith("say."):
        return _say(scenario, key, value)
    if key == "news" or key.startswith("news."):
        return _news(scenario, key, value)
    table, _, rest = key.partition(".")
    if table in TABLES and "." in rest:
        return _cell(scenario, table, rest, value)
    return _events(scenario, key, value)


def _span(key: str, text: str) -> tuple[date, date]:
    """First and last day of a span such as 2020-05..2020-08 (whole months) or 2020-05-04..2020-08-15."""
    first, _, last = text.partition("..")
    try:
        begin = date.fromisoformat(first if len(first) > 7 else f"{first}-01")
        end = date.fromisoformat(last if len(last) > 7 else f"{last}-28")
    except ValueError:
        raise BadInput([f"--set {key}: {text!r} is not a span such as 2020-05..2020-08"]) from None
    if len(last) <= 7:
        end = (end + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    if end < begin:
        raise BadInput([f"--set {key}: {text} ends before it starts"])
    return begin, end


def _activity(scenario: Scenario, key: str, value: str) -> Scenario:
    """Activity of some countries (or of sectors there) multiplied or kept as before in the months of a span."""
    who, dot, span = key.removeprefix("activity.").rpartition("..")[0].rpartition(".")
    span = key.removeprefix(f"activity.{who}{dot}")
    first, last = _span(key, span)
    months = scenario.activity_months
    inside = np.array([f"{first:%Y-%m}" <= m <= f"{last:%Y-%m}" for m in months], dtype=bool)
    before = [i for i, m in enumerate(months) if m < f"{first:%Y-%m}"][-3:]
    asked = list(scenario.activity) if who == "all" else who.split(";")
    chosen = [c for c in scenario.activity if any(c == a or c.startswith(a + " ") for a in asked)]
    problems = [
        f"--set {key}: no activity of {a!r} ({nearest(a, ['all', *scenario.activity])})"
        for a in asked
        if not any(c == a or c.startswith(a + " ") for c in scenario.activity)
    ]
    if not inside.any():
        problems.append(f"--set {key}: activity.csv has no month of {span}")
    if value == "before" and not before:
        problems.append(f"--set {key}: activity.csv has no month before {first:%Y-%m}")
    if value != "before" and not value.startswith("x"):
        problems.append(f"--set {key}: {value!r} is neither 'before' nor a factor such as x0.7")
    factor = 1.0 if value == "before" or problems else _number(key, value.removeprefix("x"))
    if not 0.0 < factor < 20.0:
        problems.append(f"--set {key}: the factor {factor} must lie above 0 and below 20")
    if problems:
        raise BadInput(problems)
    series = dict(scenario.activity)
    for name in chosen:
        index = np.array(series[name])
        index[inside] = index[before].mean() if value == "before" else factor * index[inside]
        series[name] = tuple(index.tolist())
    return _with(scenario, activity=series)


def _act(scenario: Scenario, key: str, value: str) -> Scenario:
    """One more act of a state, that nobody hears of; names and instrument are checked with the tables."""
    parts = [part.strip() for part in value.split(":")]
    if len(parts) not in (4, 5):
        raise BadInput([f"--set {key}: write actor:instrument:target:span, or that and :value unit"])
    actor, instrument, target, span, size = [*parts, ""][:5]
    first, last = _span(key, span)
    number, _, unit = size.partition(" ")
    instrument, _, scope = instrument.partition(" ")
    event = Event(
        id=key.removeprefix("act."), date=first, start=first, end=last, actor=actor, instrument=instrument,
        target=target, scope=scope.strip(), value=_number(key, number) if number else None, unit=unit or "none",
        admitted="yes", source="added by --set", confidence="assumption",
    )  # fmt: skip
    if event.value is not None and event.value < 0.0:
        raise BadInput([f"--set {key}: {event.value} {event.unit} is negative"])
    return _with(scenario, events=(*scenario.events, event))


def _say(scenario: Scenario, key: str, value: str) -> Scenario:
    """One more item of news; kind and countries are checked with the tables."""
    parts = [part.strip() for part in value.split(":")]
    if len(parts) not in (3, 4):
        raise BadInput([f"--set {key}: write kind:target:day, or that and :topic or :act.NAME"])
    kind, target, day, topic = [*parts, "exports"][:4]
    measure = topic.removeprefix("act.") if topic.startswith("act.") else ""
    try:
        item = News.model_validate({
            "id": f"news.{key.removeprefix('say.')}", "date": day, "kind": kind, "target": target, "measure": measure,
            "admitted": "yes", "text": "added by --set", "topic": "" if measure else topic, "source": "added by --set",
            "confidence": "assumption",
        })  # fmt: skip
    except ValidationError as error:
        problems = [f"--set {key}, {e['loc'][0]}: {explain(e, '', News.model_fields)}" for e in error.errors()]
        raise BadInput(problems) from None
    return _with(scenario, news=(*scenario.news, item))


def _with(scenario: Scenario, **changes: Any) -> Scenario:
    return scenario.model_copy(update=changes)


def _matches(name: str, key: str) -> bool:
    return name == key or name.startswith(key + ".")


def _choice(scenario: Scenario, name: str, value: str) -> Scenario:
    if name not in Choices.model_fields:
        raise BadInput([f"--set choices.{name}: unknown choice ({nearest(name, Choices.model_fields)})"])
    try:
        given: Any = value.split(";") if name.endswith("_forms") else value
        choices = Choices.model_validate({**scenario.choices.model_dump(), name: given})
    except ValidationError as error:
        raise BadInput([f"--set choices.{name}: {e['msg'].lower()}" for e in error.errors()]) from None
    return _with(scenario, choices=choices)


def _news(scenario: Scenario, key: str, value: str) -> Scenario:
    chosen = [n.id for n in scenario.news if key == "news" or _matches(n.id, key)]
    if not chosen and key != "news":
        raise BadInput([f"--set {key}: unknown news ({nearest(key, [n.id for n in scenario.news])})"])
    if key == "news" and value.startswith("shuffled:"):
        return _shuffled(scenario, int(_number(key, value.removeprefix("shuffled:"))))
    if value != "none":
        raise BadInput([f"--set {key}: news has no number; only {key}=none is possible"])
    return _with(scenario, news=tuple(n for n in scenario.news if n.id not in chosen))


def _shuffled(scenario: Scenario, seed: int) -> Scenario:
    """The admitted items of news on each other's dates, in an order drawn by `seed`."""
    items = [n for n in scenario.news if n.admitted == "yes"]
    order = np.random.default_rng(seed).permutation(len(items))
    dates = {item.id: items[i].date for item, i in zip(items, order, strict=True)}
    return _with(
        scenario,
        news=tuple(n.model_copy(update={"date": dates[n.id]}) if n.id in dates else n for n in scenario.news),
    )


def _events(scenario: Scenario, key: str, value: str) -> Scenario:
    ids = [e.id for e in scenario.events]
    chosen = [name for name in ids if _matches(name, key)]
    if not chosen:
        words = ("start", "end", "choices", "news", "activity", "act", "say", "reserve", "doctrine")
        known = [*ids, *PARAMETERS, *words, *(f"{t}.<row>.<column>" for t in TABLES)]
        raise BadInput([f"--set {key}: nothing by that name ({nearest(key, known)})"])
    if value == "none":
        return _without(scenario, set(chosen))
    if value == "unfelt":
        acts = (e.model_copy(update={"admitted": "no"}) if e.id in chosen else e for e in scenario.events)
        return _with(scenario, events=tuple(acts))
    unheard = value.startswith("unheard:")
    number = _number(key, value.removeprefix("unheard:"))
    if len(chosen) > 1:
        raise BadInput(
            [f"--set {key}: names {len(chosen)} acts ({', '.join(chosen[:4])}, ...); give one of them a value"]
        )
    event = next(e for e in scenario.events if e.id == chosen[0])
    if event.value is None:
        raise BadInput([f"--set {key}: {event.instrument} has no value to change; only {key}=none is possible"])
    if number < 0.0:
        raise BadInput([f"--set {key}: {number} {event.unit} is negative"])
    heard = event.value if unheard else None
    changed = event.model_copy(update={"value": number, "heard": heard, "source": "changed by --set"})
    return _with(scenario, events=tuple(changed if e is event else e for e in scenario.events))


def _without(scenario: Scenario, gone: set[str]) -> Scenario:
    """Acts that do not happen: nothing is ordered and nothing is heard; a quota's span is free of quota."""
    events: list[Event] = []
    for e in scenario.events:
        if e.id not in gone:
            events.append(e)
        elif e.instrument == "export_quota" and e.value is not None:
            events.append(e.model_copy(update={"value": None, "unit": "none", "source": "removed by --set"}))
    news: list[News] = []
    for n in scenario.news:
        measures = [m for m in n.measure.split(";") if m]
        if measures and all(m in gone for m in measures):
            continue
        kept = ";".join(m for m in measures if m not in gone or any(e.id == m for e in events))
        news.append(n.model_copy(update={"measure": kept}) if kept != n.measure else n)
    return _with(scenario, events=tuple(events), news=tuple(news))


def row_keys(rows: Sequence[Any]) -> list[str]:
    """The name of each row of a table: its id or first column, with the second behind it where the first repeats."""
    if not rows:
        return []
    columns = [n for n in type(rows[0]).model_fields if n not in ("source", "confidence", "note")]
    firsts = [str(getattr(row, "id" if "id" in columns else columns[0])) for row in rows]
    if len(set(firsts)) == len(firsts):
        return firsts
    return [f"{first}|{getattr(row, columns[1])}" for first, row in zip(firsts, rows, strict=True)]


def _cell(scenario: Scenario, table: str, rest: str, value: str) -> Scenario:
    row_name, _, column = rest.rpartition(".")
    model = TABLES[table]
    names = [n for n in model.model_fields if n not in ("source", "confidence", "note")]
    rows = list(getattr(scenario, table))
    keys = row_keys(rows)
    if row_name not in keys:
        raise BadInput([f"--set {table}.{rest}: no row {row_name!r} ({nearest(row_name, keys)})"])
    if keys.count(row_name) > 1:
        raise BadInput(
            [f"--set {table}.{rest}: {row_name!r} names {keys.count(row_name)} rows; change the file instead"]
        )
    field = "yield_" if column == "yield" else column
    if field not in names:
        raise BadInput([f"--set {table}.{rest}: unknown column {column!r} ({nearest(column, names)})"])
    i = keys.index(row_name)
    cells = rows[i].model_dump(by_alias=True)
    cells["yield" if column == "yield" else column] = value
    try:
        rows[i] = model.model_validate({k: v for k, v in cells.items() if v is not None})
    except ValidationError as error:
        raise BadInput([f"--set {table}.{rest}: {value!r} {e['msg'].lower()}" for e in error.errors()]) from None
    return _with(scenario, **{table: tuple(rows)})
