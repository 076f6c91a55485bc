"""Shipping: goods and money change hands, at home, past the border with a licence, and past it without.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from math import exp
from typing import Any

from chokepoint.agents.measure import Measure
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.columns import over_zones, without_world
from chokepoint.sim.market.mechanisms.licences import BOOK_YEARS, SALES_YEARS
from chokepoint.sim.network.structure import GREY, LEGAL, RESERVE
from chokepoint.sim.scenario.acts import Instrument


def shipping(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Goods and money change hands; legal cargo enters the line at the border, or passes where there is none."""
    depth = S.pipe.shape[0]
    now = step % depth
    new_in_book, new_in_sales = 1.0 - exp(-dt / BOOK_YEARS), 1.0 - exp(-dt / SALES_YEARS)
    for slot in range(S.stock.shape[0]):
        if S.order[slot] - S.received[slot] <= 0.0:
            continue
        firm, zone, material, country = N.s_firm[slot], N.s_zone[slot], N.s_mat[slot], N.s_country[slot]
        here, gross_each = S.price[zone, material], N.s_gross[slot]
        moved, paid = 0.0, 0.0
        for lane in range(N.s_lane[slot], N.s_lane[slot + 1]):
            kind, home = N.b_kind[lane], N.b_home[lane]
            inside = S.price[home, material]
            cargo, rents = 0.0, 0.0
            if kind != LEGAL:
                smuggled = kind == GREY
                price = inside + P.grey_share_of_gap * max(0.0, here - inside) if smuggled else here
                for link in range(N.b_edge[lane], N.b_edge[lane + 1]):
                    refiner = N.e_ref[link]
                    ship = S.e_ship[link] * (S.grey[refiner, material] if smuggled else S.asked[refiner, material])
                    S.e_ship[link] = ship
                    S.product[refiner, material] -= ship
                    S.cash[N.r_account[refiner]] += ship * price
                    if smuggled:
                        S.rent_of[refiner] += ship * (price - inside)
                    cargo += ship
                paid += cargo * price
                if smuggled:
                    R.leaked[step, home, country] += cargo * gross_each
            else:
                duty = inside * I.tax[home, material]
                costs = duty + N.freight[home]
                covered = I.form_quota[home, N.s_form[slot]] * I.quota_on[home]
                mean, part = S.ask_mean[home], I.quota_part[home, material]  # who asks more than the mean charges more
                for link in range(N.b_edge[lane], N.b_edge[lane + 1]):
                    refiner = N.e_ref[link]
                    ready = S.asked[refiner, material]
                    booked = S.e_order[link] * ready * new_in_book * covered  # what a licence could carry
                    S.book[refiner, 0] += booked * gross_each
                    S.book[refiner, 1] += booked * (inside + duty)
                    ship = S.e_ship[link] * ready
                    S.e_ship[link] = ship
                    gross = ship * gross_each
                    if covered > 0.0:
                        I.licence[refiner, part] = max(0.0, I.licence[refiner, part] - gross)
                        R.licence_used[step, refiner] += gross
                    S.shipments[refiner] += gross * new_in_sales
                    price = max(0.3 * here, here + (S.ask[refiner] - mean) * gross_each * covered)
                    rent = ship * (price - inside - costs)
                    S.rent_of[refiner] += rent
                    S.product[refiner, material] -= ship
                    S.cash[N.r_account[refiner]] += ship * (price - costs)
                    rents += rent
                    cargo += ship
                    if S.line[0] > 0.0:
                        S.e_queue[link] += ship
                paid += rents + cargo * (inside + costs)
                S.cash[N.c_account[N.state_of_zone[home]]] += cargo * duty
                S.cash[N.row_account[0]] += cargo * N.freight[home]
                R.tax[step, home] += cargo * duty
                R.rent[step, home] += rents
                if S.line[0] > 0.0:  # it waits at the border; customs sends it on its way
                    continue
                if I.form_quota[home, N.s_form[slot]] > 0.0:
                    R.exports[step, home, country] += cargo * gross_each
                else:
                    R.exports_open[step, home, country] += cargo * gross_each
            due = now + N.b_lag[lane]
            if X.delayed[step] > 0:
                due += X.transit[step, N.w_origin[N.b_way[lane]], country]
            S.pipe[due - depth if due >= depth else due, N.b_way[lane]] += cargo
            moved += cargo
        S.cash[N.f_account[firm]] -= paid
        if N.f_kind[firm] == RESERVE:
            R.reserve_spent[step, country] += paid
        else:
            R.bill[step, country] += paid
        S.pipe_sum[slot] += moved
        S.received[slot] += moved


def _tax(world: Any, measure: Measure) -> None:
    """A tax on the price at home, of the materials named or of all. What stood before comes back when it ends."""
    zone, law = world.zone_of(measure.actor), world.law
    law.enter(measure)
    for name in measure.materials or world.materials:
        place = zone, world.materials.index(name)
        # An act of the base year is the tax that the run starts with; without it there is none.
        begun = measure.start <= world.calendar.start
        law.taxes.setdefault(place, 0.0 if begun else float(world.I.tax[place]))
        act = law.ruling(measure, material=name)
        world.I.tax[place] = law.taxes[place] if act is None else (act.value or 0.0) / 100.0


MECHANISM = Mechanism(
    "shipping",
    source="accounting",
    phases=(Phase(shipping, after=("books",), before=("trust",)),),
    arrays=(Array("I.tax", "z m", "share", "export tax on the inside price", lambda start: start.N.price_tax0),),
    series={
        "exports": Series(
            "t gross",
            "country",
            True,
            "legal exports of forms under the quota, by destination",
            "t z c",
            "",
            over_zones,
        ),
        "exports_open": Series(
            "t gross",
            "country",
            True,
            "legal exports of forms outside the quota, by destination",
            "t z c",
            "",
            over_zones,
        ),
        "export_tax": Series("thousand USD", "zone", True, "export tax paid", "t z", "tax", without_world),
    },
    instruments=(
        Instrument(
            "export_tax",
            "Exports pay so many per cent of the inside price, by material.",
            _tax,
            by="exporting_state",
            materials=True,
            unit="%",
            negative=False,
            border=True,
            told="act",
            example="Exportia export_tax of M at 0.25 share announced 2010-02-01 from 2010-03-01 until 2010-12-31",
        ),
    ),
)
