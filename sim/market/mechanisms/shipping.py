"""Shipping: goods and money change hands, at home, past the border with a licence, and past it without."""

from math import exp

from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.forms import over_zones, without_world
from chokepoint.sim.market.mechanisms.licences import BOOK_YEARS, SALES_YEARS
from chokepoint.sim.network.structure import GREY, RESERVE, WITHIN
from chokepoint.sim.scenario.acts import Instrument


def shipping(t, dt, P, N, X, I, S, R):
    """Goods and money change hands; legal cargo enters the line at the border, or passes where there is none."""
    depth = S.pipe.shape[0]
    now = t % depth
    book_memory = exp(-dt / BOOK_YEARS)
    sales_memory = exp(-dt / SALES_YEARS)
    for s in range(S.stock.shape[0]):
        if S.order[s] - S.received[s] <= 0.0:
            continue
        f, z, m, c = N.s_firm[s], N.s_zone[s], N.s_mat[s], N.s_country[s]
        here, gross_each = S.price[z, m], N.s_gross[s]
        moved = 0.0
        paid = 0.0
        for b in range(N.s_lane[s], N.s_lane[s + 1]):
            kind, home = N.b_kind[b], N.b_home[b]
            inside = S.price[home, m]
            cargo = 0.0
            if kind == WITHIN:
                for e in range(N.b_edge[b], N.b_edge[b + 1]):
                    r = N.e_ref[e]
                    ship = S.e_ship[e] * S.asked[r, m]
                    S.e_ship[e] = ship
                    S.product[r, m] -= ship
                    S.cash[N.r_account[r]] += ship * here
                    cargo += ship
                paid += cargo * here
            elif kind == GREY:
                price = inside + P.grey_share_of_gap * max(0.0, here - inside)
                for e in range(N.b_edge[b], N.b_edge[b + 1]):
                    r = N.e_ref[e]
                    ship = S.e_ship[e] * S.grey[r, m]
                    S.e_ship[e] = ship
                    S.product[r, m] -= ship
                    S.cash[N.r_account[r]] += ship * price
                    S.rent_of[r] += ship * (price - inside)
                    cargo += ship
                paid += cargo * price
                R.leaked[t, home, c] += cargo * gross_each
            else:
                duty = inside * I.tax[home, m]
                costs = duty + N.freight[home]
                covered = I.form_quota[home, N.s_form[s]] * I.quota_on[home]
                mean, p = S.ask_mean[home], I.quota_part[home, m]
                rents = 0.0
                for e in range(N.b_edge[b], N.b_edge[b + 1]):
                    r = N.e_ref[e]
                    ready = S.asked[r, m]
                    # The book holds what a licence could carry: orders that there is product for.
                    booked = S.e_order[e] * ready * (1.0 - book_memory) * covered
                    S.book[r, 0] += booked * gross_each
                    S.book[r, 1] += booked * (inside + duty)
                    ship = S.e_ship[e] * ready
                    S.e_ship[e] = ship
                    gross = ship * gross_each
                    if covered > 0.0:
                        I.licence[r, p] = max(0.0, I.licence[r, p] - gross)
                        R.licence_used[t, r] += gross
                    S.shipments[r] += gross * (1.0 - sales_memory)
                    price = max(0.3 * here, here + (S.ask[r] - mean) * gross_each * covered)
                    rent = ship * (price - inside - costs)
                    S.rent_of[r] += rent
                    S.product[r, m] -= ship
                    S.cash[N.r_account[r]] += ship * (price - costs)
                    rents += rent
                    cargo += ship
                    if S.line[0] > 0.0:
                        S.e_queue[e] += ship
                paid += rents + cargo * (inside + costs)
                S.cash[N.c_account[N.state_of_zone[home]]] += cargo * duty
                S.cash[N.row_account[0]] += cargo * N.freight[home]
                R.tax[t, home] += cargo * duty
                R.rent[t, home] += rents
                if S.line[0] > 0.0:
                    continue
                if I.form_quota[home, N.s_form[s]] > 0.0:
                    R.exports[t, home, c] += cargo * gross_each
                else:
                    R.exports_open[t, home, c] += cargo * gross_each
            due = now + N.b_lag[b]
            if X.delayed[t] > 0:
                due += X.transit[t, N.w_origin[N.b_way[b]], c]
            S.pipe[due - depth if due >= depth else due, N.b_way[b]] += cargo
            moved += cargo
        S.cash[N.f_account[f]] -= paid
        if N.f_kind[f] == RESERVE:
            R.reserve_spent[t, c] += paid
        else:
            R.bill[t, c] += paid
        S.pipe_sum[s] += moved
        S.received[s] += moved


def _tax(world, measure):
    """A tax on the price at home. History's taxes follow each other; the end of a doctrine's own brings back what it
    replaced."""
    if "metal" in measure.scope[1:]:
        return  # a duty on one form of a material is recorded, not priced: prices are those of oxides
    zone, taxes = world.zone_of(measure.actor), world.law.taxes
    for name in measure.scope[0].split(";"):
        if name not in world.materials:
            continue
        place = zone, world.materials.index(name)
        if measure.lifted:
            world.I.tax[place] = taxes.pop(place, world.I.tax[place])
        else:
            world.I.tax[place] = (measure.value or 0.0) / 100.0


MECHANISM = Mechanism(
    "shipping",
    source="accounting",
    phases=(Phase(shipping, after=("books",), before=("trust",)),),
    arrays=(Array("I.tax", "z m", "share", "export tax on the inside price", lambda w: w.N.price_tax0),),
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
            "export_tax", "a share of the price at home is paid on what leaves", _tax, negative=False, border=True
        ),
    ),
)
