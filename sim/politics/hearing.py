"""What is said, and how loud each country hears it.

A news item has a kind and a date; its strength comes from the behavioural table by kind, times the share of
supply that an announced measure newly withholds where the measure has a size. Only what is new against what a
country already expects alarms it: expectations are kept by topic (restrictions of exports, of supply at home,
state buying), learn from each item and fade over years. Words stay in view for some weeks, acts that state how
much they withhold for longer; liftings calm both. A country hears the louder of the two.
"""

from collections.abc import Collection, Mapping, Sequence
from math import exp
from typing import Any

import numpy as np

from chokepoint.agents.behaviour import Behaviour
from chokepoint.sim.engine.calendar import Calendar
from chokepoint.sim.engine.draws import NEWS, key_of, normals, stream
from chokepoint.sim.politics.history import history_of
from chokepoint.sim.scenario.tables import Event, Mine, News, Scenario


def newly_withheld(
    event: Event, events: Sequence[Event], mines: Sequence[Mine] = (), exports: Mapping[str, float] | None = None
) -> float | None:
    """Share of supply that an act newly withholds; None for an act without a size.

    A first half-year's quota is held against half of last year's total, a second one completes the year and
    is held with it against last year's total. The first export quota of a state is held against what `exports` says
    that it exports in the base year (t gross), where it does. An embargo withholds all, a hold of ore the output of its
    mines.
    """
    if event.instrument == "embargo":
        return 1.0
    if event.instrument == "ore_hold":
        held = sum(k.output_t_per_year for k in mines if k.mine in event.target.split(";"))
        whole = sum(k.output_t_per_year for k in mines)
        return held / whole if whole > 0.0 else None
    if event.instrument not in ("export_quota", "production_quota") or event.value is None:
        return None

    def total(year: int, months: range) -> float:
        return sum(
            (e.value if e.heard is None else e.heard) or 0.0
            for e in events
            if e.instrument == event.instrument
            and e.admitted == "yes"
            and e.start.year == year
            and e.start.month in months
        )

    year = event.start.year
    before = total(year - 1, range(1, 13))
    first = min(e.start for e in events if e.instrument == event.instrument and e.actor == event.actor)
    if event.instrument == "export_quota" and exports and first.year == year:
        before = exports.get(event.actor, 0.0)
    if before <= 0.0:
        return 0.0
    if event.instrument == "production_quota" or event.start.month > 6:
        return max(0.0, 1.0 - total(year, range(1, 13)) / before)
    return max(0.0, 1.0 - 2.0 * total(year, range(1, 7)) / before)


def _sizes(item: News, scenario: Scenario, exports: Mapping[str, float]) -> list[float]:
    """Shares of supply that the measures of an item newly withhold, of those that have a size."""
    by_id = {e.id: e for e in scenario.events}
    acts = [by_id[n] for n in item.measure.split(";") if n in by_id]
    found = [newly_withheld(act, scenario.events, scenario.mines, exports) for act in acts]
    return [size for size in found if size is not None]


def sized(item: News, scenario: Scenario, exports: Mapping[str, float]) -> bool:
    """True for an act that states how much it withholds: it stays in view longer than words do."""
    return item.kind == "act" and bool(_sizes(item, scenario, exports))


def strength(item: News, scenario: Scenario, behaviour: Behaviour, exports: Mapping[str, float]) -> float:
    """Strength of one item before perception: kind times size; negative for what calms."""
    size = max(_sizes(item, scenario, exports), default=None)
    if item.kind == "act":
        return float(behaviour.news_act * (behaviour.news_act_unsized if size is None else size))
    if item.kind == "lifting":
        return float(-behaviour.news_calming)
    if item.kind == "denial":
        return float(-0.25 * behaviour.news_calming)
    loudness = {"rumour": behaviour.news_rumour, "report": behaviour.news_report, "threat": behaviour.news_threat}
    return float(loudness[item.kind] * (1.0 if size is None else size))


def audience(
    item: News, scenario: Scenario, countries: Sequence[str], spillover: float, border: Collection[str]
) -> np.ndarray:
    """Weight with which each country hears an item: 1 if named, the spill-over if not, 0 for the author
    of a measure that only concerns others."""
    named = item.target.split(";")
    weights = np.array([1.0 if "all" in named or c in named else spillover for c in countries])
    for event in scenario.events:
        if event.id in item.measure.split(";") and event.instrument in border and event.actor in countries:
            weights[list(countries).index(event.actor)] = 0.0
    return weights


TOPICS = ("exports", "supply", "reserve")


def topic(item: News, events: Sequence[Event], border: Collection[str]) -> int:
    """What an item is about, as an index of `TOPICS`: its own word for it, else that of its measure."""
    if item.topic:
        return TOPICS.index(item.topic)
    measures = item.measure.split(";")
    instruments = [e.instrument for e in events if e.id in measures]
    if not instruments or instruments[0] in border:
        return 0
    return 2 if instruments[0] == "reserve_purchase" else 1


class Hearing:
    """The items of a scenario with their strength and audience, computed once; `alarm` adds a run's luck.

    history: the acts of each actor that are heard of, which its worlds share.
    """

    def __init__(
        self,
        scenario: Scenario,
        calendar: Calendar,
        behaviour: Behaviour,
        exports: Mapping[str, float],
        border: Collection[str],
    ):
        self.history = history_of(scenario)
        year = scenario.start.year  # what was in force in the base year is no news
        old = {e.actor for e in scenario.events if e.instrument == "export_quota" and e.start.year <= year}
        exports = {actor: tonnes for actor, tonnes in exports.items() if actor not in old}
        countries = [c.country for c in scenario.countries]
        self.shape = (calendar.steps, len(countries))
        self.years_per_step = calendar.years_per_step
        self.noise = behaviour.noise_news
        memories = np.array([[behaviour.news_memory_years], [behaviour.act_memory_years]])
        # What is left of words and of sized acts after so many steps.
        self.faded = np.exp(-calendar.years_per_step / memories) ** np.arange(calendar.steps + 1)[:, None, None]
        self.learning = behaviour.news_learning
        self.forget = exp(-calendar.years_per_step / behaviour.news_expectation_years)
        self.items: list[tuple[int, int, int]] = []  # the step of each item, its topic, and 1 for a sized act
        heard: list[np.ndarray] = []
        keys: list[np.uint64] = []
        for item in sorted((n for n in scenario.news if n.admitted == "yes"), key=lambda n: (n.date, n.id)):
            step = calendar.step_of(item.date)
            if 0 <= step < calendar.steps:
                loud = strength(item, scenario, behaviour, exports)
                heard.append(loud * audience(item, scenario, countries, behaviour.news_spillover, border))
                self.items.append((step, topic(item, scenario.events, border), int(sized(item, scenario, exports))))
                keys += [key_of(item.id, name) for name in countries]
        self.heard = np.array(heard).reshape(-1, len(countries))
        self.keys = np.array(keys, dtype=np.uint64)
        # The latest item by step (0: none yet) and the steps since it.
        at = np.array([0, *(step for step, _, _ in self.items)])
        steps = np.arange(calendar.steps)
        self.latest = np.searchsorted(at[1:], steps, side="right")
        self.since = steps - at[self.latest]

    def begin(self, world: Any) -> None:
        """Write the news into a fresh world."""
        world.X.news[:] = self.alarm(world.seed, world.replication)

    def alarm(self, seed: int, run: int) -> np.ndarray:
        """News in view by step and country, between 0 and 1; shape (steps, countries)."""
        luck = normals(stream(seed, run, NEWS), self.keys, 0).reshape(self.heard.shape)
        louder = np.minimum(np.maximum(self.heard, 0.0) * np.exp(self.noise * luck), 1.0)
        calmer = np.minimum(self.heard, 0.0)
        after = np.zeros((len(self.items) + 1, 2, self.shape[1]))  # in view after each item: words, sized acts
        now, last = after[0], 0
        expected = np.zeros((len(TOPICS), self.shape[1]))
        for i, (step, about, act) in enumerate(self.items):
            now = now * self.faded[step - last]
            expected *= self.forget ** (step - last)
            news = np.maximum(louder[i] - expected[about], 0.0)
            expected[about] += self.learning * news + expected[about] * calmer[i]
            now += calmer[i] * now
            now[act] += news * (1.0 - now[act])
            after[i + 1] = now
            last = step
        level: np.ndarray = (after[self.latest] * self.faded[self.since]).max(axis=1)
        return level


class Announced:
    """What states say during a run by acting: each act of a doctrine is heard like an item of news about exports."""

    def __init__(self, hearing: Hearing, behaviour: Behaviour):
        self.hearing, self.behaviour = hearing, behaviour
        self.expected = np.zeros(hearing.shape[1])
        self.last = 0

    def copy(self) -> "Announced":
        """The same memory for an imagined world."""
        new = Announced(self.hearing, self.behaviour)
        new.expected, new.last = self.expected.copy(), self.last
        return new

    def tell(self, news: np.ndarray, step: int, size: float | None, weights: np.ndarray) -> None:
        """Put an act into the news from `step` on: (steps, countries), in place.

        size: share of supply that it newly withholds, None for an act without one; weights: how far each country is
        meant, as in `audience`. What is expected of the author moves nobody, as with other news.
        """
        behaviour, hearing = self.behaviour, self.hearing
        self.expected *= hearing.forget ** (step - self.last)
        self.last = step
        loud = behaviour.news_act * (behaviour.news_act_unsized if size is None else size) * weights
        fresh = np.minimum(np.maximum(loud - self.expected, 0.0), 1.0)
        self.expected += hearing.learning * fresh
        memory = behaviour.news_memory_years if size is None else behaviour.act_memory_years
        fade = np.exp(-hearing.years_per_step / memory * np.arange(len(news) - step))[:, None]
        news[step:] = np.maximum(news[step:], fresh * fade)
