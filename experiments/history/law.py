"""What the law withholds, day by day, by its letter: tonnes that acts in force forbid, as a share of base-year use.

Acts and tables of the base year are all that is read. Counted are embargoes, closures and refusals (their share of what
passed to those they name; a licence withholds all until its office must decide), export quotas (their pace against what
leaves), production quotas and holds of ore (the share of what is refined that they stop), and export taxes. Campaigns,
inspections and acts of importers withhold nothing by their letter. Goods that may not leave are not thrown on the home
market, and nobody answers: what others then do is for predictors to say.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from chokepoint.sim.engine.calendar import DAYS_PER_YEAR
from chokepoint.sim.market.mechanisms.mining import GROUPS
from chokepoint.sim.network.layout import Layout
from chokepoint.sim.scenario.acts import words
from chokepoint.sim.scenario.tables import Event

MOST = 0.99  # of what is used, withheld: a price has to exist
MATTERS = 0.02  # of what is used, or of the price: an act that changes less does not matter
HALF_YEAR_DAYS = 200  # a quota that is in force no longer is one of half a year, as that of an open one
BORDER = {"embargo": "v_embargoed", "closure": "", "export_licence": "v_licensed", "licence_refusal": "v_licensed"}
COUNTED = (*BORDER, "export_quota", "production_quota", "ore_hold", "export_tax")


@dataclass(frozen=True)
class Force:
    """What acts do to prices by their letter, week by week: (zones, materials, weeks).

    withheld: share of the base-year use of a zone; the first zone is the world outside, the others are those of
    exporting states. tax: ln(1 + tax) beyond that of the base year, outside, times the share of use there that pays it.
    """

    withheld: np.ndarray
    tax: np.ndarray

    def logs(self, elasticity: float) -> np.ndarray:
        """ln price over that of the base year by a constant elasticity: -ln(1 - withheld) / elasticity + tax."""
        return np.asarray(-np.log(1.0 - self.withheld) / elasticity + self.tax)


class Law:
    """The admitted acts of a scenario that withhold anything by their letter, against the flows of its base year."""

    def __init__(self, layout: Layout):
        self.layout, self.calendar = layout, layout.calendar
        countries = set(layout.countries)
        acts = [e for e in layout.scenario.events if e.admitted == "yes" and e.instrument in COUNTED]
        self.acts = tuple(sorted((e for e in acts if e.actor in countries), key=lambda e: (e.start, e.date, e.id)))
        N = layout.N
        self.origin, self.destination = N.q_country[N.v_here], N.q_country[N.v_there]
        self.material, self.legal = N.q_mat[N.v_here], N.v_legal > 0
        self.outside = N.zone_of_country[self.destination] == 0
        shape = (len(layout.zones), len(layout.materials))
        self.use, self.output = np.zeros(shape), np.zeros((len(layout.countries), shape[1]))
        np.add.at(self.use, (N.zone_of_country[N.q_country], N.q_mat), N.q_use)
        np.add.at(self.output, (N.q_country, N.q_mat), N.q_output)
        self._made: dict[tuple[str, ...], Force] = {}

    def force(self, known: date | None = None) -> Force:
        """What acts do that were announced up to a day, or begun before the start; all acts where no day is given."""
        begun = self.calendar.start
        return self._force(tuple(a for a in self.acts if known is None or a.date <= known or a.start < begun))

    def _force(self, acts: tuple[Event, ...]) -> Force:
        """The same for some acts, worked out once."""
        key = tuple(act.id for act in acts)
        if key not in self._made:
            self._made[key] = self._weekly(acts)
        return self._made[key]

    def _weekly(self, acts: tuple[Event, ...]) -> Force:
        steps, length = self.calendar.steps, round(self.calendar.step_days)
        days = steps * length
        withheld, tax = (np.zeros((*self.use.shape, days)) for _ in range(2))
        for first, last in self._spells(acts, days):
            now = self.calendar.start + timedelta(days=first)
            there = [a for a in acts if a.start <= now <= (last_day(a) or now)]
            withheld[..., first:last] = self.withheld(there)[..., None]
            tax[0, :, first:last] = self.taxed(there)[:, None]
        weeks = (*self.use.shape, steps, length)
        return Force(withheld.reshape(weeks).mean(axis=-1), tax.reshape(weeks).mean(axis=-1))

    def _spells(self, acts: Sequence[Event], days: int) -> Iterator[tuple[int, int]]:
        """Spans of days in which the same acts are in force: first day, and the day after the last."""
        turns = {0, days}
        for act in acts:
            last = last_day(act)
            turns.add((act.start - self.calendar.start).days)
            if last is not None:
                turns.add((last - self.calendar.start).days + 1)
        inside = sorted(t for t in turns if 0 <= t <= days)
        return pairwise(inside)

    def withheld(self, acts: Sequence[Event]) -> np.ndarray:
        """Share of base-year use that acts in force withhold: (zones, materials)."""
        N = self.layout.N
        stopped = self._stopped(acts)
        made = N.v_flow * (1.0 - stopped[self.origin, self.material])
        left = made * (1.0 - self._held(acts))
        left = left * (1.0 - self._beyond_quotas(acts, left))
        lost = np.zeros_like(self.use)
        np.add.at(lost[0], self.material[self.outside], (N.v_flow - left)[self.outside])
        at_home = self.output.copy()
        np.subtract.at(at_home, (self.origin, self.material), N.v_flow)
        for country, zone in enumerate(N.zone_of_country):
            home = np.maximum(at_home[country], 0.0) if zone == 0 else self.use[zone]
            lost[zone] += stopped[country] * home
        share = np.divide(lost, self.use, out=np.zeros_like(lost), where=self.use > 0.0)
        return np.clip(share, 0.0, MOST)

    def taxed(self, acts: Sequence[Event]) -> np.ndarray:
        """ln(1 + tax) over that of the base year, times the share of outside use that comes from who taxes."""
        N, layout = self.layout.N, self.layout
        found = np.zeros(len(layout.materials))
        for actor in dict.fromkeys(act.actor for act in self.acts if act.instrument == "export_tax"):
            country = layout.countries.index(actor)
            zone = int(N.zone_of_country[country])
            tax = np.zeros(len(found))
            for act in acts:  # in the order of their first days: the last one rules
                if (act.actor, act.instrument) == (actor, "export_tax"):
                    tax[self._materials(act)] = (act.value or 0.0) / 100.0
            sent = np.zeros(len(found))
            paid = self.legal & self.outside & (self.origin == country)
            np.add.at(sent, self.material[paid], N.v_flow[paid])
            share = np.divide(sent, self.use[0], out=np.zeros_like(sent), where=self.use[0] > 0.0)
            begun = N.price_tax0[zone] if zone > 0 else np.zeros(len(found))
            found += np.minimum(share, 1.0) * np.log((1.0 + tax) / (1.0 + begun))
        return found

    def _materials(self, act: Event) -> np.ndarray:
        named = words(act.materials)
        return np.array([not named or name in named for name in self.layout.materials])

    def _stopped(self, acts: Sequence[Event]) -> np.ndarray:
        """Share of what each country refines that acts on mines stop, by material: (countries, materials)."""
        N, layout = self.layout.N, self.layout
        mines = np.zeros(len(layout.mines))
        for act in acts:
            group = (N.k_country == layout.countries.index(act.actor)) & (N.k_legal > 0)
            group &= N.k_group == GROUPS.get(act.kind, 0)
            if act.instrument == "production_quota":
                made = float(N.k_base[group].sum())
                free = act.value is None or made <= 0.0
                mines[group] = 0.0 if free else max(0.0, 1.0 - (act.value or 0.0) / made)
        for act in acts:
            if act.instrument == "ore_hold":
                mines[[name in act.target.split(";") for name in layout.mines]] = 1.0
        feed = (N.l_share * N.k_base[N.l_mine] * N.r_yield[N.l_ref])[:, None] * N.k_basket[N.l_mine]
        whole, lost = (np.zeros_like(self.output) for _ in range(2))
        np.add.at(whole, N.r_country[N.l_ref], feed)
        np.add.at(lost, N.r_country[N.l_ref], feed * mines[N.l_mine][:, None])
        return np.divide(lost, whole, out=np.zeros_like(lost), where=whole > 0.0)

    def _held(self, acts: Sequence[Event]) -> np.ndarray:
        """Share of each passage that acts at the border forbid: of each kind the last that began, and the severest."""
        layout, severest = self.layout, np.zeros(len(self.material))
        for instrument, coverage in BORDER.items():
            held = np.zeros(len(severest))
            for act in acts:
                if act.instrument == instrument:
                    targets = act.target.split(";")
                    named = np.array(["all" in targets or name in targets for name in layout.countries])
                    hit = self.legal & named[self.destination] & self._materials(act)[self.material]
                    hit &= self.origin == layout.countries.index(act.actor)
                    whole = act.value is None or instrument == "export_licence"
                    held[hit] = 1.0 if whole else (act.value or 0.0) / 100.0
            covered = getattr(layout.N, coverage) if coverage else 1.0
            severest = np.maximum(severest, held * covered)
        return severest

    def _beyond_quotas(self, acts: Sequence[Event], left: np.ndarray) -> np.ndarray:
        """Share of what is left to each passage that finds no licence: (passages,)."""
        N, layout = self.layout.N, self.layout
        cut = np.zeros(len(left))
        for actor in dict.fromkeys(a.actor for a in acts if a.instrument == "export_quota"):
            granted = _granted([a for a in acts if (a.actor, a.instrument) == (actor, "export_quota")])
            mine = self.legal & (self.origin == layout.countries.index(actor))
            gross = N.v_gross * self._printed(actor, mine)
            heavy = N.m_family[self.material] > 0
            parts = {"light": mine & ~heavy, "heavy": mine & heavy}
            need = {part: float((left * gross)[chosen].sum()) for part, chosen in parts.items()}
            bound = [part for part in parts if "" in granted or part in granted]
            short = {part: max(0.0, need[part] - granted.get(part, 0.0)) for part in bound}
            lacking = max(0.0, sum(short.values()) - granted.get("", 0.0))
            for part, missing in short.items():
                if need[part] > 0.0 and lacking > 0.0:
                    share = missing / need[part] * lacking / sum(short.values())
                    cut[parts[part]] = share * N.v_licensed[parts[part]]
        return cut

    def _printed(self, actor: str, mine: np.ndarray) -> float:
        """Exports of the base year as the tables print them, t gross, over what its balance makes of them; 1 where
        they print none."""
        key = f"exports {actor}->world"
        rows = [r for r in self.layout.scenario.base_year if (r.item, r.key, r.unit) == ("flow", key, "t gross")]
        made = float((self.layout.N.v_flow * self.layout.N.v_gross)[mine].sum())
        return rows[0].value / made if rows and made > 0.0 else 1.0

    def first_that_matters(self, materials: Sequence[str]) -> Event | None:
        """The act whose announcement first changes what is withheld, or taxed, of some materials by a fiftieth."""
        chosen = [self.layout.materials.index(m) for m in materials]
        before = self.force(date.min)
        for day in sorted({a.date for a in self.acts if a.date <= self.calendar.end}):
            now = self.force(day)
            more = np.maximum(now.withheld - before.withheld, now.tax - before.tax)[:, chosen]
            if more.max(initial=0.0) >= MATTERS:
                told = [a for a in self.acts if a.date == day]
                return min([a for a in told if self._felt(a, chosen)] or told, key=eve_of)
            before = now
        return None

    def _felt(self, act: Event, chosen: Sequence[int]) -> bool:
        """Whether an act alone withholds or taxes anything of some materials."""
        alone = np.maximum(self.withheld([act])[:, chosen], self.taxed([act])[chosen])
        return bool(alone.max(initial=0.0) > 0.0)


def eve_of(act: Event) -> date:
    """The day before which nothing of an act is known: of its announcement, or its first one if that is earlier."""
    return min(act.date, act.start)


def last_day(act: Event) -> date | None:
    """The last day on which an act withholds anything; a licence does until its office must decide."""
    if act.instrument != "export_licence":
        return act.end
    decided = act.start + timedelta(days=round((act.value or 0.0) * 7.0 / 5.0) - 1)
    return decided if act.end is None else min(decided, act.end)


def _granted(quotas: Sequence[Event]) -> dict[str, float]:
    """Licences that quotas in force grant, t gross a year by kind ("" for both), in the order of their first days.

    Quotas with a last day add up; an open one is replaced by the next of its kind, and one without a value ends all
    that began before it.
    """
    standing: list[Event] = []
    for quota in quotas:
        if quota.value is None:
            standing = []
            continue
        standing = [q for q in standing if q.end is not None or q.kind != quota.kind]
        standing.append(quota)
    found: dict[str, float] = {}
    for quota in standing:
        days = 0 if quota.end is None else (quota.end - quota.start).days + 1
        a_year = 2.0 if days <= HALF_YEAR_DAYS else DAYS_PER_YEAR / days
        found[quota.kind] = found.get(quota.kind, 0.0) + a_year * (quota.value or 0.0)
    return found
