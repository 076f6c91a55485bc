"""`--set` on what states do and on what is said: acts and news that are added, changed or taken away."""

import re
from collections.abc import Mapping

import numpy as np
from pydantic import ValidationError

from chokepoint.sim.scenario.act_sentence import Act, parse
from chokepoint.sim.scenario.acts import Instrument, words
from chokepoint.sim.scenario.override_words import number, span
from chokepoint.sim.scenario.problems import BadInput, explain, nearest
from chokepoint.sim.scenario.tables import Event, News, Scenario


def matches(name: str, key: str) -> bool:
    """Whether `key` is the name of an act or an item of news, or a beginning of it that ends before a dot."""
    return name == key or name.startswith(key + ".")


def add_act(scenario: Scenario, key: str, value: str, instruments: Mapping[str, Instrument]) -> Scenario:
    """`act.NAME`: one more act, told as a sentence (`act_sentence.py`); its parts are checked with the tables."""
    name = key.removeprefix("act.")
    try:
        if OLD.fullmatch(value):
            act = _with_colons(scenario, key, value, instruments)
        else:
            act = parse(value, instruments, [country.country for country in scenario.countries], scenario.start)
    except BadInput as error:
        raise BadInput(
            [f"--set {key}: {problem.removeprefix(f'--set {key}: ')}" for problem in error.problems]
        ) from None
    event = event_of(name, act)
    told = instruments[act.instrument].told if act.instrument in instruments else ""
    news = [] if not act.heard else _news_of(event, told, scenario)
    return scenario.model_copy(update={"events": (*scenario.events, event), "news": (*scenario.news, *news)})


def event_of(name: str, act: Act) -> Event:
    """The row of an act that is added."""
    return Event(
        id=name, date=act.announced or act.start, start=act.start, end=act.end, actor=act.actor,
        instrument=act.instrument, kind=";".join(act.kind), materials=";".join(act.materials),
        forms=";".join(act.forms), target=";".join(act.targets), value=act.amount, unit=act.unit, admitted="yes",
        source="added by --set", confidence="assumption",
    )  # fmt: skip


def _news_of(event: Event, kind: str, scenario: Scenario) -> list[News]:
    """The news by which an act is told on the day on which it is announced, to those whom it is against.

    Nothing is told of an act by which nobody is threatened.
    """
    if not kind:
        return []
    countries = {country.country for country in scenario.countries}
    target = event.target if set(words(event.target)) <= countries else "all"
    return [
        News(
            id=f"news.{event.id}", date=event.date, kind=kind, target=target, measure=event.id, admitted="yes",
            text="added by --set", source="added by --set", confidence="assumption",
        )
    ]  # fmt: skip


# The earlier form of an act, which nobody hears of: actor:instrument [words]:target:first..last[:value unit].
OLD = re.compile(r"[^:]+:[^:]+:[^:]+:[^:]*\.\.[^:]*(:[^:]*)?")


def _with_colons(scenario: Scenario, key: str, value: str, instruments: Mapping[str, Instrument]) -> Act:
    """An act in the earlier form."""
    actor, named, target, days, size = [*(part.strip() for part in value.split(":")), ""][:5]
    first, last = span(key, days)
    size_of, _, unit = size.partition(" ")
    name, _, rest = named.partition(" ")
    given = words(rest.replace("|", ";"))
    instrument = instruments.get(name)
    kinds = instrument.kinds if instrument else ()
    materials = {material.material for material in scenario.materials}
    forms = {form.form for form in scenario.forms}
    return Act(
        actor=actor, instrument=name, start=first, end=last,
        kind=tuple(word for word in given if word in kinds or word not in materials | forms),
        materials=tuple(word for word in given if word in materials and word not in kinds),
        forms=tuple(word for word in given if word in forms and word not in kinds),
        targets=words(target), amount=number(key, size_of) if size_of else None, unit=unit or "none", heard=False,
    )  # fmt: skip


def change_acts(scenario: Scenario, chosen: list[str], key: str, value: str) -> Scenario:
    """Acts that do not happen (`none`) or move nothing (`unfelt`), or one with another value; by their names."""
    if value == "none":
        return _without(scenario, set(chosen))
    if value == "unfelt":
        unfelt = [e.model_copy(update={"admitted": "heard"}) if e.id in chosen else e for e in scenario.events]
        return scenario.model_copy(update={"events": tuple(unfelt)})
    unheard = value.startswith("unheard:")
    size, _, unit = value.removeprefix("unheard:").strip().partition(" ")
    amount = number(key, size)
    if len(chosen) > 1:
        raise BadInput(
            [f"--set {key}: names {len(chosen)} acts ({', '.join(chosen[:4])}, ...); give one of them a value"]
        )
    event = next(e for e in scenario.events if e.id == chosen[0])
    if event.value is None:
        raise BadInput([f"--set {key}: {event.instrument} has no value to change; only {key}=none is possible"])
    if amount < 0.0:
        raise BadInput([f"--set {key}: {amount} {event.unit} is negative"])
    if unheard and unit.strip() not in ("", event.unit):
        raise BadInput([f"--set {key}: what others believe in is in {event.unit!r}; give the value in it, too"])
    heard = event.value if unheard else None
    told = {"value": amount, "unit": unit.strip() or event.unit, "heard": heard, "source": "changed by --set"}
    changed = event.model_copy(update=told)
    return scenario.model_copy(update={"events": tuple(changed if e is event else e for e in scenario.events)})


def _without(scenario: Scenario, gone: set[str]) -> Scenario:
    """Acts that do not happen: nothing is ordered and nothing is heard; a quota's span is free of quota."""
    events: list[Event] = []
    for event in scenario.events:
        if event.id not in gone:
            events.append(event)
        elif event.instrument == "export_quota" and event.value is not None:
            events.append(event.model_copy(update={"value": None, "unit": "none", "source": "removed by --set"}))
    stay = {event.id for event in events}
    news: list[News] = []
    for item in scenario.news:
        measures = [name for name in item.measure.split(";") if name]
        if measures and all(name in gone for name in measures):
            continue
        kept = ";".join(name for name in measures if name not in gone or name in stay)
        news.append(item.model_copy(update={"measure": kept}) if kept != item.measure else item)
    return scenario.model_copy(update={"events": tuple(events), "news": tuple(news)})


def add_news(scenario: Scenario, key: str, value: str) -> Scenario:
    """`say.NAME`: one more item of news; kind and countries are checked with the tables."""
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
    return scenario.model_copy(update={"news": (*scenario.news, item)})


def change_news(scenario: Scenario, key: str, value: str) -> Scenario:
    """`news`, or the name of an item or its beginning: not said (`none`), or all on each other's dates (`shuffled`)."""
    chosen = [item.id for item in scenario.news if key == "news" or matches(item.id, key)]
    if not chosen and key != "news":
        raise BadInput([f"--set {key}: unknown news ({nearest(key, [item.id for item in scenario.news])})"])
    if key == "news" and value.startswith("shuffled:"):
        return _shuffled(scenario, int(number(key, value.removeprefix("shuffled:"))))
    if value != "none":
        raise BadInput([f"--set {key}: news has no number; only {key}=none is possible"])
    kept = tuple(item for item in scenario.news if item.id not in chosen)
    return scenario.model_copy(update={"news": kept})


def _shuffled(scenario: Scenario, seed: int) -> Scenario:
    """The admitted items of news on each other's dates, in an order drawn by `seed`."""
    items = [item for item in scenario.news if item.admitted == "yes"]
    order = np.random.default_rng(seed).permutation(len(items))
    dates = {item.id: items[i].date for item, i in zip(items, order, strict=True)}
    moved = [item.model_copy(update={"date": dates.get(item.id, item.date)}) for item in scenario.news]
    return scenario.model_copy(update={"news": tuple(moved)})
