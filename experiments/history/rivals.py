"""Rivals of the model: what simpler rules make of the same acts, from the price last seen before the first one.

Each is asked on the eve of the first act that matters. It knows the price that was last seen then (that of the base
year, where none is on record), the tables of the base year and, as the model does, what the law says and will say; no
price after that day. A change of ln price since the eve is predicted week by week for every zone and material, and read
where something was observed.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.history import quotes, rational
from chokepoint.experiments.history.catalogue import Episode, find, names
from chokepoint.experiments.history.law import Force, Law, eve_of
from chokepoint.experiments.history.quotes import Quote
from chokepoint.sim.engine.calendar import DAYS_PER_YEAR
from chokepoint.sim.network.structure import TRADER
from chokepoint.sim.results.run import Run

RANDOM_WALK, AUTOREGRESSION, STORAGE = "random walk", "AR(1) with acts as steps", "competitive storage"
ELASTICITIES = (0.2, 0.35, 0.5)
MIDDLE = 0.35  # of them: the one that counts where only one may
HALF_LIVES = np.geomspace(0.5, 520.0, 121)  # weeks
UNKNOWN_HALF_LIFE = 26.0  # weeks, where there is no other episode to learn it from (assumption)
SHORTEST_YEARS = 0.25  # of a run before an eve that no act and no news tells


def constant(elasticity: float) -> str:
    """The name of the rival with a constant elasticity."""
    return f"constant elasticity {elasticity:g}"


CONSTANT = tuple(constant(e) for e in ELASTICITIES)
RIVALS = (RANDOM_WALK, *CONSTANT, AUTOREGRESSION, STORAGE)


class Case:
    """An episode as its rivals see it.

    eve: the day before which nothing is known of the act `first` (none: of the first news, or of growth, as `why`
    says). quotes: scored prices from that day on. anchors: for each of them what was last seen before, if anything.
    """

    def __init__(self, place: Episode):
        self.place, self.name = place, place.name
        self.layout = place.simulation().layout
        self.calendar = self.layout.calendar
        self.law = Law(self.layout)
        every = quotes.scored(place, self.layout)
        self.first = self.law.first_that_matters(sorted({m for q in every for m, _ in q.weights}))
        self.eve, self.why = self._eve()
        self.quotes = [q for q in every if q.first >= self.eve]
        known = quotes.seen(place, self.layout)
        self.anchors = [quotes.last_before(self.eve, q, known, self.calendar.start) for q in self.quotes]
        self.observed = np.array([q.log_value for q in self.quotes])
        self.step = self.calendar.step_of(self.eve)

    def _eve(self) -> tuple[date, str]:
        """The day on which the first act that matters, the first news or growth begins, and what it is."""
        scenario, calendar = self.layout.scenario, self.calendar
        if self.first is not None:
            return max(eve_of(self.first), calendar.start), self.first.id
        news = [(n.date, n.id) for n in scenario.news if n.admitted == "yes" and n.date >= calendar.start]
        grows = [(f.growth_from, f"growth of {f.firm}") for f in scenario.firms if f.growth_from is not None]
        later = [pair for pair in grows if pair[0] >= calendar.start]
        if news or later:
            return min(news or later)
        return calendar.start + timedelta(days=round(SHORTEST_YEARS * DAYS_PER_YEAR)), "no act, no news"

    @cached_property
    def before(self) -> Force:
        """What acts do that were known on the eve."""
        return self.law.force(self.eve - timedelta(days=1))

    def since(self, path: np.ndarray, begun: np.ndarray) -> np.ndarray:
        """Change of a path since the eve, nothing before it; begun: what it was, as known on the eve."""
        change = path - begun[..., self.step, None]
        change[..., : self.step] = 0.0
        return np.asarray(change)

    def constant_elasticity(self, elasticity: float) -> np.ndarray:
        """ln price since the eve by the letter of the law: (zones, materials, weeks)."""
        return self.since(self.law.force().logs(elasticity), self.before.logs(elasticity))

    def autoregression(self, half_life: float) -> np.ndarray:
        """ln price that goes half of its way to what the law says by its letter in so many weeks."""
        return relaxed(self.constant_elasticity(MIDDLE), half_life * 7.0 / self.calendar.step_days)

    @cached_property
    def storage(self) -> np.ndarray:
        """ln price since the eve with rational storage, over what it would have been as known on the eve."""
        change = self.since(self.law.force().tax, self.before.tax)
        for zone, material in sorted({(q.zone(self.layout), self.row(m)) for q in self.quotes for m, _ in q.weights}):
            change[zone, material, self.step :] += self._stored(zone, material)
        return change

    def _stored(self, zone: int, material: int) -> np.ndarray:
        weeks = round(rational.WEEKS * 7.0 / self.calendar.step_days)  # steps of a period

        def output(force: Force) -> np.ndarray:
            share = 1.0 - force.withheld[zone, material, self.step :]
            full = np.append(share, np.full(-len(share) % weeks, share[-1]))
            return np.asarray(full.reshape(-1, weeks).mean(axis=1))

        told = [a.date for a in self.law.acts if self.first is not None and a.date > self.first.date]
        days = [self.eve if self.first is None else max(self.eve, self.first.date), *told]
        seen: list[tuple[int, np.ndarray]] = []
        for day in sorted(d for d in days if d <= self.calendar.end):
            known = output(self.law.force(day))
            if not seen or not np.array_equal(seen[-1][1], known):
                seen.append(((self.calendar.step_of(day) - self.step) // weeks if seen else 0, known))
        as_it_was = output(self.before)
        if all(np.array_equal(known, as_it_was) for _, known in seen):
            return np.zeros(self.calendar.steps - self.step)
        elasticity = net_elasticity(np.arange(len(as_it_was)) / rational.A_YEAR)
        stock = self.stock(zone, material)
        path = rational.path(seen, elasticity, stock) - rational.path([(0, as_it_was)], elasticity, stock)
        return np.repeat(path, weeks)[: self.calendar.steps - self.step]

    def stock(self, zone: int, material: int) -> float:
        """Base-year stock that holders count on in a shortage, in use of four weeks: what firms have to sell, and the
        usual part (`stock_counted_on`, at the median of its prior) of the rest."""
        N = self.layout.N
        months = N.f_months[N.s_firm] / 12.0
        trading = N.f_kind[N.s_firm] == TRADER
        held = months * np.where(
            trading, N.trade_base[N.s_zone, N.s_mat] * N.s_trade_share,
            N.s_base * (1.0 - N.f_scrap[N.s_firm]) * (N.f_open[N.s_firm] <= 0),
        )  # fmt: skip
        counted = PARAMETERS["stock_counted_on"].prior
        spare = N.f_spare[N.s_firm]
        here = (N.s_zone == zone) & (N.s_mat == material)
        tonnes = float((held * (spare + (1.0 - spare) * counted))[here].sum())
        use = float(self.law.use[zone, material])
        return tonnes / use * rational.A_YEAR if use > 0.0 else 0.0

    def row(self, material: str) -> int:
        return self.layout.materials.index(material)

    def predicted(self, change: np.ndarray) -> np.ndarray:
        """ln of every quote, given the change of ln price since the eve (zones, materials, weeks)."""
        found = []
        for quote, anchor in zip(self.quotes, self.anchors, strict=True):
            zone = quote.zone(self.layout)
            first = max(self.calendar.step_of(quote.first), 0)
            weeks = slice(first, max(self.calendar.step_of(quote.last), first) + 1)
            base = {m: w * float(self.layout.N.base_price[zone, self.row(m)]) for m, w in quote.weights}
            now = sum(b * float(np.exp(change[zone, self.row(m), weeks]).mean()) for m, b in base.items())
            start = sum(base.values())
            found.append(np.log(now) if anchor is None else anchor.log_value + np.log(now / start))
        return np.array(found)

    def rivals(self, half_life: float) -> dict[str, np.ndarray]:
        """What each rival predicts of every quote, in ln."""
        still = np.zeros_like(self.before.withheld)
        paths = {RANDOM_WALK: still, **{constant(e): self.constant_elasticity(e) for e in ELASTICITIES}}
        paths |= {AUTOREGRESSION: self.autoregression(half_life), STORAGE: self.storage}
        return {name: self.predicted(path) for name, path in paths.items()}

    def read(self, run: Run) -> tuple[np.ndarray, np.ndarray]:
        """ln of every quote in a run, and of what was last seen before the eve, in the same weeks: twice (replications,
        quotes); nan where nothing was seen and where the run does not reach."""

        def logs(quote: Quote | None) -> np.ndarray:
            if quote is None or run.step_of(quote.last) >= run.steps:
                return np.full(run.replications, np.nan)
            return np.log(np.maximum(quote.datum.of(run), 1e-9))

        shape = (len(self.quotes), run.replications)
        now, then = [logs(q) for q in self.quotes], [logs(a) for a in self.anchors]
        return np.reshape(now, shape).T, np.reshape(then, shape).T


def relaxed(target: np.ndarray, half_life: float) -> np.ndarray:
    """A path that begins at nothing and each step goes the share 1 - 2^(-1 / half_life) of the way to its target."""
    share = 1.0 - 0.5 ** (1.0 / half_life)
    path, now = np.zeros_like(target), np.zeros(target.shape[:-1])
    for step in range(target.shape[-1]):
        now = now + share * (target[..., step] - now)
        path[..., step] = now
    return path


def net_elasticity(years: np.ndarray) -> np.ndarray:
    """Of use and of other supply together, so long after the eve, at the medians of the priors: each goes from its
    short-run to its long-run value at its own pace."""

    def grown(short: str, long: str, pace: str) -> Any:
        first, last, time = (PARAMETERS[name].prior for name in (short, long, pace))
        return last + (first - last) * np.exp(-years / time)

    use = grown("use_elasticity", "use_elasticity_long", "use_years")
    return np.asarray(use + grown("supply_elasticity", "supply_elasticity_long", "supply_years"))


def half_life(cases: Sequence[Case]) -> float:
    """The half life (weeks) of the autoregression that fits some episodes best: least mean squared ln error, each
    episode counting alike; half a year where there is none."""
    if not cases:
        return UNKNOWN_HALF_LIFE
    errors = [
        np.mean([np.mean((c.predicted(c.autoregression(h)) - c.observed) ** 2) for c in cases]) for h in HALF_LIVES
    ]
    return float(HALF_LIVES[int(np.argmin(errors))])


def others(case: Case, cases: Sequence[Case]) -> list[Case]:
    """The episodes that say nothing of this one: not itself, and none that is told by the same acts."""
    return [c for c in cases if c.name != case.name and (not c.law.acts or c.law.acts != case.law.acts)]


@lru_cache(1)
def shipped() -> tuple[Case, ...]:
    """Every episode that ships and has scored prices after its eve."""
    found = [case_of(place) for place in map(find, names()) if (place.folder / "observed.csv").is_file()]
    return tuple(case for case in found if case.quotes)


@lru_cache(64)
def case_of(place: Episode) -> Case:
    """The case of an episode, made once; it may have no prices to be held against."""
    return Case(place)
