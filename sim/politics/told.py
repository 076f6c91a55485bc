"""What is told of acts, as the market hears it: what it withholds, of whom, how much, from when, until when.

An item of news about an act carries the arithmetic of that act: an embargo withholds all, a quota what free exports
need beyond it, an office of permits all until its first decisions, a hold of ore what its mines make, a campaign all
that unlicensed mines make, a ban on shipping on what a country ships beyond what it makes. A ban or a tariff on imports
is told of each country of origin, as if that one withheld or taxed them. An item about no act of the scenario speaks of
all exports of the largest exporting state to those it names. Acts of doctrines are told when they are decided, and are
over when they are lifted. How probable a kind of item makes what it says is behaviour (`agents/behaviour.csv`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from chokepoint.agents.measure import Measure
from chokepoint.sim.engine.calendar import DAYS_PER_YEAR
from chokepoint.sim.market.mechanisms.customs import COUNTER, STREAM_WEEKS
from chokepoint.sim.market.mechanisms.expectation import ACT, LANE, QUOTA, REPORT, RUMOUR, SUPPLY, TARIFF, TAX, THREAT
from chokepoint.sim.market.mechanisms.mining import GROUPS
from chokepoint.sim.network.structure import NEVER
from chokepoint.sim.politics.history import history_of, measure_of
from chokepoint.sim.scenario.acts import words
from chokepoint.sim.scenario.tables import Event, News

if TYPE_CHECKING:
    from chokepoint.sim.market.world import World
    from chokepoint.sim.network.layout import Layout

WORDS = ("rumour", "report", "threat")  # what may speak of no act; an act that is not in the table withholds nothing
KIND = {"rumour": RUMOUR, "report": REPORT, "threat": THREAT, "act": ACT}
BY_ORIGIN = ("import_ban", "import_tariff")  # acts on what comes in, told of each country that it comes from
QUOTAS = ("export_quota", "production_quota")  # what an act of the same instrument without a value ends
HALF_YEAR = 200  # days: an act that is no longer is one of half a year


@dataclass
class Row:
    """One thing told. Weeks are steps; part: kind of licence it is about, -1 for both."""

    heard: int
    kind: int
    what: int
    actor: int
    share: np.ndarray  # (materials,)
    begins: int
    ends: int
    targets: np.ndarray  # (countries,)
    materials: np.ndarray  # (materials,), 1 for those it is about
    valid: int = NEVER
    part: int = -1
    act: str = ""
    instrument: str = ""


class Told:
    """All that is told in a scenario. history: the acts of each actor; shape: (steps, countries)."""

    def __init__(self, layout: Layout):
        self.layout, self.scenario, self.calendar = layout, layout.scenario, layout.calendar
        self.history = history_of(self.scenario)
        self.shape = (self.calendar.steps, len(layout.countries))
        # States whose acts of history do not happen, since a doctrine decides in their place.
        self.replaced = {s.country for s in self.scenario.stances.values() if not s.keeps_history}
        self.rows = self._rows()

    def _rows(self) -> list[Row]:
        """What news tell, in the order of their days."""
        by_id = {event.id: event for event in self.scenario.events}
        found: list[Row] = []
        for item in sorted((n for n in self.scenario.news if n.admitted == "yes"), key=lambda n: (n.date, n.id)):
            heard = self.calendar.step_of(item.date)
            if not heard < self.calendar.steps:
                continue
            named = words(item.measure)
            if item.kind in ("lifting", "act"):
                for name in named:
                    if name in by_id:
                        self._without_value(by_id[name], heard, found)
            if item.kind in ("lifting", "denial"):
                self._calm(item, named, heard, found)
            elif any(name in by_id for name in named):
                for name in named:
                    if name in by_id:
                        new = [row for row in self._of_act(by_id[name], item, heard) if not _known(row, found)]
                        self._replace(new, found)
                        found += new
            else:
                found += self._of_words(item, heard)
        return [row for row in found if row.valid > 0 and row.ends > 0]

    @staticmethod
    def _replace(new: Sequence[Row], found: list[Row]) -> None:
        """A later quota of an actor takes the place of an earlier one from its first day on, an act that of words."""
        for row in new:
            for old in [old for old in found if old.valid >= NEVER]:
                if (old.actor, old.what) != (row.actor, row.what) or (old.part != row.part and old.part >= 0):
                    continue
                if old.act == row.act or (
                    old.kind < ACT
                    and row.kind == ACT
                    and row.instrument not in BY_ORIGIN
                    and bool((old.targets * row.targets).any())
                ):
                    old.valid = row.heard
                elif old.instrument == row.instrument == "export_quota" and old.begins < row.begins < old.ends:
                    _end(old, row.heard, row.begins, found)

    def _without_value(self, event: Event, heard: int, found: list[Row]) -> None:
        """A quota without a value ends, from its first day on, what is told of earlier ones of its actor."""
        if event.instrument not in QUOTAS or event.value is not None or not self._happens(event):
            return
        actor, begins = self.layout.countries.index(event.actor), self.calendar.step_of(event.start)
        for old in [old for old in found if old.valid >= NEVER]:
            if (old.actor, old.instrument) == (actor, event.instrument) and old.begins < begins < old.ends:
                _end(old, heard, begins, found)

    def _happens(self, event: Event) -> bool:
        """Whether an act of the table takes place."""
        there = event.admitted == "yes" and event.actor in self.layout.countries
        return there and event.actor not in self.replaced

    def _calm(self, item: News, named: Sequence[str], heard: int, found: Sequence[Row]) -> None:
        """A lifting ends what is told of its acts, a denial what words said of those it names."""
        named_countries = self._countries(words(item.target))
        for row in found:
            about = row.act in named if named else bool((row.targets * named_countries).any())
            if about and (item.kind == "lifting" or row.kind < ACT):
                row.valid = min(row.valid, heard)

    def _countries(self, names: Sequence[str]) -> np.ndarray:
        every = "all" in names
        return np.array([1.0 if every or name in names else 0.0 for name in self.layout.countries])

    def _materials(self, names: Sequence[str]) -> np.ndarray:
        return np.array([1.0 if not names or name in names else 0.0 for name in self.layout.materials])

    def _of_words(self, item: News, heard: int) -> Iterator[Row]:
        """Words about no act: all exports of the largest exporting state to those named, or all its output."""
        layout = self.layout
        states = layout.zones[1:]
        if item.topic == "reserve" or not states or item.kind not in WORDS:
            return
        zone = 1 + int(np.argmax(layout.base_gross[1:]))
        actor = int(layout.N.state_of_zone[zone])
        what = SUPPLY if item.topic == "supply" else LANE
        every = self._materials(())
        targets = self._countries(words(item.target))
        yield Row(heard, KIND[item.kind], what, actor, every, heard, NEVER, targets, every)

    def _of_act(self, event: Event, item: News, heard: int) -> Iterator[Row]:
        """An act of the scenario, told by an item; nobody tells of one that does not happen, but by words."""
        told = self._happens(event) if item.kind == "act" else event.actor in self.layout.countries
        if event.admitted == "heard":  # it moves nothing, and is told as if it did
            told = event.actor in self.layout.countries
        if item.kind in KIND and event.admitted in ("yes", "heard") and told:
            yield from self.of_measure(measure_of(event), KIND[item.kind], heard, event.heard)

    def of_measure(self, act: Measure, kind: int, heard: int, believed: float | None = None) -> Iterator[Row]:
        """What an act withholds. believed: the value that is told where it is not the true one."""
        layout, calendar = self.layout, self.calendar
        actor = layout.countries.index(act.actor)
        begins = calendar.step_of(act.start)
        ends = NEVER if act.end is None else calendar.step_of(act.end + timedelta(days=1))
        value = act.value if believed is None else believed
        about, targets = self._materials(act.materials), self._countries(act.targets)
        for place, share in self._of_output(act, actor, value):
            yield Row(
                heard, kind, SUPPLY, place, share * about, begins, ends, targets, about, act=act.id,
                instrument=act.instrument,
            )  # fmt: skip
        size = self._size(act, actor, value)
        if size is None:
            return
        what, share, part = size
        if act.instrument == "export_licence":
            ends = min(ends, begins + round((value or 0.0) / 5.0 + STREAM_WEEKS / 2.0))
        if act.instrument == "export_quota":
            ends = NEVER if self._renewed(act) else ends
        row = Row(
            heard, kind, what, actor, share * about, begins, ends, targets, about, part=part, act=act.id,
            instrument=act.instrument,
        )  # fmt: skip
        if act.instrument not in BY_ORIGIN:
            yield row
            return
        importer = np.eye(len(layout.countries))[actor]  # it is about what others send to its actor
        for origin in np.flatnonzero(row.targets - importer > 0.0).tolist():
            yield replace(row, actor=origin, targets=importer)

    def _renewed(self, act: Measure) -> bool:
        """Whether history has a later act of the kind; what a doctrine will decide nobody knows."""
        later = self.history.get(act.actor, [])
        return act in later and any(
            o.instrument == act.instrument and o.start > act.start and o.value is not None for o in later
        )

    def _size(self, act: Measure, actor: int, value: float | None) -> tuple[int, Any, int] | None:
        """What an act withholds at a border, the share, of all materials or one by one, and the kind of licence; None
        for an act that withholds nothing there."""
        normal = self.scenario.choices.normal_inspection
        if act.instrument == "embargo" and value is not None:
            return LANE, value / 100.0, -1
        if act.instrument in ("embargo", "closure", "export_licence", "import_ban"):
            return LANE, 1.0, -1
        if act.instrument == "licence_refusal":
            return LANE, (value or 0.0) / 100.0, -1
        if act.instrument == "inspection":
            opened = normal if value is None else value / 100.0
            return (LANE, 1.0 - min(1.0, COUNTER * normal / opened), -1) if opened > normal else None
        if act.instrument == "export_tax":
            return TAX, (value or 0.0) / 100.0, -1
        if act.instrument == "import_tariff":
            return TARIFF, (value or 0.0) / 100.0, -1
        if act.instrument == "re_export_ban":
            shipped_on = self._shipped_on(actor)
            return (LANE, shipped_on, -1) if shipped_on.any() else None
        if act.instrument == "export_quota" and value is not None:
            part = {"light": 0, "heavy": 1}.get("".join(act.kind), -1)
            free = self._free_exports(actor, part)
            days = (act.end - act.start).days + 1 if act.end is not None else 0
            a_year = 2.0 if days <= HALF_YEAR else DAYS_PER_YEAR / days  # a half-year may be a few days short or long
            share = max(0.0, 1.0 - a_year * value / free) if free > 0.0 else 0.0
            return QUOTA, share, part
        return None

    def _free_exports(self, actor: int, part: int) -> float:
        """Licences that exports of the base year would need, t gross."""
        N = self.layout.N
        chosen = (N.q_country[N.v_here] == actor) & (N.v_legal > 0)
        if part >= 0:
            chosen &= N.m_family[N.q_mat[N.v_here]] == part
        return float((N.v_flow * N.v_gross)[chosen].sum())

    def _shipped_on(self, actor: int) -> np.ndarray:
        """Share of what a country ships of each material in the base year that it did not make; all where it makes
        none: (materials,)."""
        N = self.layout.N
        found = np.zeros(len(self.layout.materials))
        for material, market in enumerate(N.q_of[actor].tolist()):
            if market >= 0:
                sent = float(N.v_flow[(N.v_here == market) & (N.v_legal > 0)].sum())
                made = float(N.q_output[market])
                found[material] = max(0.0, 1.0 - made / sent) if sent > 0.0 else float(made <= 0.0)
        return found

    def _of_output(self, act: Measure, actor: int, value: float | None) -> Iterator[tuple[int, np.ndarray]]:
        """Where an act on mines withholds output, and the share of each material that is refined there: country, and
        (materials,). Ore counts where most of it is refined, whoever stops it."""
        N, layout = self.layout.N, self.layout
        home = N.k_country == actor
        named = np.array([name in act.targets for name in layout.mines])
        share = 1.0  # as is said
        if act.instrument == "ore_hold":
            hit = named
        elif act.instrument == "enforcement":
            hit = home & (N.k_legal == 0) & (named | ~named.any())
        elif act.instrument == "production_quota" and value is not None:
            hit = home & (N.k_legal > 0) & (N.k_group == GROUPS.get("".join(act.kind), 0))
            made = float(N.k_base[hit].sum())
            share = max(0.0, 1.0 - value / made) if made > 0.0 else 0.0
        else:
            return
        stopped = share * hit
        for place in np.unique(N.k_place[hit]).tolist():
            there = N.k_place == place
            made_of = (N.k_base[:, None] * N.k_basket)[there]  # (mines, materials)
            whole, lost = made_of.sum(axis=0), (stopped[there][:, None] * made_of).sum(axis=0)
            if whole.any():
                yield place, np.divide(lost, whole, out=np.zeros_like(whole), where=whole > 0.0)

    def begin(self, world: Any) -> None:
        """Write it all into the arrays of a fresh world."""
        I = world.I
        for place, row in enumerate(self.rows):
            write(world, place, row)
        I.told_count[0] = len(self.rows)


def _known(row: Row, found: Sequence[Row]) -> bool:
    """Whether the same was told before, as loud: to be told again is no news."""
    return any(
        old.act == row.act and old.valid > row.heard and old.kind >= row.kind
        and (old.what, old.begins, old.ends) == (row.what, row.begins, row.ends)
        and np.array_equal(old.share, row.share)
        for old in found
    )  # fmt: skip


def write(world: World, place: int, row: Row) -> None:
    """Put a thing told into the arrays."""
    I = world.I
    if row.what in (LANE, TARIFF) and world.N.zone_of_country[row.actor] == 0:
        I.told_abroad[0] = 1
    I.told_heard[place], I.told_kind[place], I.told_what[place] = row.heard, row.kind, row.what
    I.told_actor[place], I.told_share[place], I.told_part[place] = row.actor, row.share, row.part
    I.told_from[place], I.told_until[place], I.told_valid[place] = row.begins, row.ends, row.valid
    I.told_target[place], I.told_material[place] = row.targets, row.materials


def _end(old: Row, heard: int, week: int, found: list[Row]) -> None:
    """What is told ends in a week that is heard of later: until then nobody knew that it would."""
    if old.heard < heard:
        found.append(replace(old, heard=heard, ends=week))
        old.valid = heard
    else:
        old.ends = week


def tell(world: World, told: Told, measure: Measure) -> None:
    """An act of a doctrine is heard in the week in which it is decided.

    One that ended or was lifted this very week, and is ordered again, goes on: no news but its later end. `ValueError`
    where more is told at once than the market can remember.
    """
    I, step = world.I, world.step
    for row in told.of_measure(measure, ACT, step):
        same = _alike(I, row) & (np.maximum(I.told_from, I.told_heard) < step)
        same &= (I.told_valid == step) | ((I.told_valid > step) & (I.told_until == step))
        if same.any():
            place = int(np.flatnonzero(same)[0])
            I.told_valid[place], I.told_until[place] = row.valid, row.ends
        else:
            write(world, _place(world), row)


def unsay(world: World, told: Told, measure: Measure) -> None:
    """An act is lifted: nobody expects any more of it from this week on."""
    I, step = world.I, world.step
    for row in told.of_measure(measure, ACT, step):
        same = _alike(I, row) & (I.told_from == row.begins) & (I.told_valid > step)
        I.told_valid[same] = step


def drop(world: World, instrument: str, actor: str) -> None:
    """A state will not take an instrument again: what is told of it, and would be, is over."""
    I, what = world.I, {"export_quota": QUOTA, "export_tax": TAX}[instrument]
    same = (I.told_actor == world.countries.index(actor)) & (I.told_what == what)
    I.told_valid[same] = np.minimum(I.told_valid[same], world.step)


def _alike(I: Any, row: Row) -> np.ndarray:
    """Which acts that are told withhold the same: (things told,)."""
    there = np.arange(len(I.told_heard)) < I.told_count[0]
    same = there & (I.told_kind == row.kind) & (I.told_actor == row.actor) & (I.told_what == row.what)
    same &= (I.told_part == row.part) & (np.abs(I.told_share - row.share) < 1e-9).all(axis=1)
    same &= (I.told_target == row.targets).all(axis=1) & (I.told_material == row.materials).all(axis=1)
    return np.asarray(same)


def _place(world: World) -> int:
    """A place for another thing told: a new one, or else that of what has been over for longest."""
    I, count = world.I, int(world.I.told_count[0])
    if count < len(I.told_heard):
        I.told_count[0] = count + 1
        return count
    over = (I.told_valid <= world.step) | (I.told_until <= world.step)
    if not over.any():
        raise ValueError(f"{count} things are told at once; the market can remember no more")
    return int(np.argmin(np.where(over, I.told_from, NEVER)))
