"""The exporting state of the reduced world of `mesa_world.py`: its acts by date, and its border."""

from __future__ import annotations

from datetime import date, timedelta
from math import exp
from typing import TYPE_CHECKING

from chokepoint.sim.network.layout import Layout
from tests.reference.mesa_market import Link, Party

if TYPE_CHECKING:
    from tests.reference.mesa_world import ReducedWorld


class ExportingState(Party):
    """The exporting state: its tax, quota and embargoes by date, and its border. Money in thousand USD."""

    def __init__(self, model: ReducedWorld, layout: Layout, zone: int):
        super().__init__(model)
        self.calendar, self.materials, self.countries = layout.calendar, layout.materials, layout.countries
        acts = [event for event in layout.scenario.events if event.admitted == "yes"]
        self.taxes = [e for e in acts if e.instrument == "export_tax" and e.start > self.calendar.start]
        self.quotas = [e for e in acts if e.instrument == "export_quota"]
        self.embargoes = [e for e in acts if e.instrument == "embargo"]
        self.tax: list[float] = layout.N.price_tax0[zone].tolist()
        self.freight = float(layout.N.freight[zone])
        self.base_export: list[float] = layout.N.base_export[zone].tolist()
        self.quota_on, self.licence_year, self.licence_end = False, 0, 0
        self.rent_asked = self.tax_kusd = self.rent_kusd = 0.0
        self.embargo, self.full = [0.0] * len(self.countries), [False] * len(self.countries)
        self.bonded, self.exports = [0.0] * len(self.countries), [0.0] * len(self.countries)
        self.busy = [False] * len(self.countries)

    def weeks_left(self) -> float:
        return max(1.0, self.licence_end - self.model.week)

    def act(self) -> None:
        """What comes into force this week, and what the border is like."""
        first = self.calendar.day_of(self.model.week)
        after = first + timedelta(days=7)
        for act in self.taxes:
            if first <= act.start < after:
                for name in act.materials.split(";"):
                    self.tax[self.materials.index(name)] = act.value / 100.0
        for act in self.quotas:
            if first <= act.start < after:
                self.grant(act.value, act.start.year, act.end)
        last = max((act.end for act in self.quotas), default=date.max)
        if last + timedelta(days=1) < after and self.quota_on:
            self.quota_on = False
            for holder in self.model.holders:
                holder.licence = 0.0
        for c, name in enumerate(self.countries):
            days = [
                (min(act.end + timedelta(days=1), after) - max(act.start, first)).days
                for act in self.embargoes
                if name in act.target.split(";")
            ]
            self.embargo[c] = max([0, *days]) / 7.0
            self.busy[c] = self.embargo[c] > 0.0 or self.bonded[c] > 0.0
            room = self.model.P.bond_weeks * 7.0 / 365.25 * self.base_export[c]
            self.full[c] = self.embargo[c] > 0.0 and self.bonded[c] > room
            self.exports[c] = 0.0
        self.tax_kusd = self.rent_kusd = 0.0

    def grant(self, tonnes: float, year: int, end: date) -> None:
        """Split a half-year's quota among holders; licences of an earlier year lapse."""
        for holder in self.model.holders:
            kept = holder.licence if year == self.licence_year else 0.0
            holder.licence = kept + tonnes * holder.licence_share
        self.quota_on, self.licence_year, self.licence_end = True, year, self.calendar.step_of(end) + 1

    def take(self, link: Link) -> None:
        """Cargo passes at once unless the border is busy."""
        if any(self.busy):
            link.bonded += link.shipped
        else:
            self.let_go(link, link.shipped)

    def let_go(self, link: Link, tonnes: float) -> None:
        self.exports[link.buyer.country] += tonnes
        link.deliver(tonnes)

    def clear(self) -> None:
        """Clear bonded cargo on the days without an embargo: what is fresh, and what waited at the counter's pace."""
        if not any(self.busy):
            return
        for c, held in enumerate(self.embargo):
            cargo = [link for link in self.model.export_links if link.buyer.country == c and link.bonded > 0.0]
            waiting = sum(link.bonded for link in cargo)
            counter = self.base_export[c] * self.model.dt * self.model.P.clearance_headroom
            can = (counter + waiting - self.bonded[c]) * (1.0 - held)
            for link in cargo:
                goes = link.bonded
                if self.busy[c]:
                    goes *= min(1.0 - held, can / waiting)
                link.bonded -= goes
                self.let_go(link, goes)
            self.bonded[c] = sum(link.bonded for link in cargo)

    def price_licences(self) -> None:
        """Each holder asks for its licence the rent at which orders would just fit what it may ship."""
        P, dt, holders = self.model.P, self.model.dt, self.model.holders
        book_all, left_all = holders.agg("book_t", sum), holders.agg("licence", sum)
        for h in holders:
            value, fall = 0.0, P.licence_rise
            if self.quota_on and h.book_t > 0.0:
                left = (1.0 - P.licence_pooling) * h.licence + P.licence_pooling * left_all * h.book_t / book_all
                pace, fall = left / self.weeks_left(), P.licence_fall
                if pace <= 0.0:
                    value = P.licence_ceiling * h.book_kusd / h.book_t
                elif h.book_t > pace:
                    dearth = (h.book_t / pace) ** (1.0 / P.licence_elasticity) - 1.0
                    value = h.book_kusd / h.book_t * min(P.licence_ceiling, dearth)
            h.ask = value + (h.ask - value) * exp(-(P.licence_rise if value > h.ask else fall) * dt)
        self.rent_asked = sum(h.sales * h.ask for h in holders) / holders.agg("sales", sum)
