"""`--set` on what states do and on what is said: acts and news that are added, changed or taken away."""

import numpy as np
from pydantic import ValidationError

from chokepoint.sim.scenario.override_words import number, span
from chokepoint.sim.scenario.problems import BadInput, explain, nearest
from chokepoint.sim.scenario.tables import Event, News, Scenario


def matches(name: str, key: str) -> bool:
    """Whether `key` is the name of an act or an item of news, or a beginning of it that ends before a dot."""
    return name == key or name.startswith(key + ".")


def add_act(scenario: Scenario, key: str, value: str) -> Scenario:
    """`act.NAME`: one more act, that nobody hears of; names and instrument are checked with the tables."""
    parts = [part.strip() for part in value.split(":")]
    if len(parts) not in (4, 5):
        raise BadInput([f"--set {key}: write actor:instrument:target:span, or that and :value unit"])
    actor, instrument, target, days, size = [*parts, ""][:5]
    first, last = span(key, days)
    amount, _, unit = size.partition(" ")
    instrument, _, scope = instrument.partition(" ")
    event = Event(
        id=key.removeprefix("act."), date=first, start=first, end=last, actor=actor, instrument=instrument,
        target=target, scope=scope.strip(), value=number(key, amount) if amount else None, unit=unit or "none",
        admitted="yes", source="added by --set", confidence="assumption",
    )  # fmt: skip
    if event.value is not None and event.value < 0.0:
        raise BadInput([f"--set {key}: {event.value} {event.unit} is negative"])
    return scenario.model_copy(update={"events": (*scenario.events, event)})


def change_acts(scenario: Scenario, chosen: list[str], key: str, value: str) -> Scenario:
    """Acts that do not happen (`none`) or move nothing (`unfelt`), or one with another value; by their names."""
    if value == "none":
        return _without(scenario, set(chosen))
    if value == "unfelt":
        unfelt = [e.model_copy(update={"admitted": "no"}) if e.id in chosen else e for e in scenario.events]
        return scenario.model_copy(update={"events": tuple(unfelt)})
    unheard = value.startswith("unheard:")
    amount = number(key, value.removeprefix("unheard:"))
    if len(chosen) > 1:
        raise BadInput(
            [f"--set {key}: names {len(chosen)} acts ({', '.join(chosen[:4])}, ...); give one of them a value"]
        )
    event = next(e for e in scenario.events if e.id == chosen[0])
    if event.value is None:
        raise BadInput([f"--set {key}: {event.instrument} has no value to change; only {key}=none is possible"])
    if amount < 0.0:
        raise BadInput([f"--set {key}: {amount} {event.unit} is negative"])
    heard = event.value if unheard else None
    changed = event.model_copy(update={"value": amount, "heard": heard, "source": "changed by --set"})
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
