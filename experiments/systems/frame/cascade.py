"""A network cascade of trade cuts with reserves, and the same problem put to the model.

After Marchand and others (2016), "Reserves and trade jointly determine exposure to food supply shocks", Environmental
Research Letters 11. Countries make P, hold reserves R and trade E (from row to column); what they use is P + imports -
exports. A loss of production leaves a deficit, and in each round

1.  every country meets its deficit from its reserve, of which at most a share may be drawn;
2.  one whose deficit is still above a threshold (a share of what it used) changes its trade by one proportion on all
    its links: exports shrink, and imports from countries that have not been in this position themselves grow, until
    the deficit is met; no link shrinks below zero, and none more than doubles in a round;
3.  what a country ships less, or is asked for more, is a deficit of its partner in the next round.

It ends when no country above the threshold can act; what is left lowers use. There are no prices, no time, and one
stock a country. The rules are written from the paper's text, not from its code; that a country once hit is not asked
for more, and that no link more than doubles in a round, are how they are read here.

The model is the same problem (`Docked`) where prices stand still, nobody fears or forgets, buyers order what they use
from whom they used to, and stocks lie with firms: a licence quota shrinks all exports of a state by one proportion,
each buyer lives off its stock, and what that does not cover is not used. A week of orders is the other half: who
orders more does so on all links in proportion; sellers meet it from stock, and when that is gone they cut what they
send in proportion. By design the model departs from the cascade where buyers fill up their stocks week by week, spare
plants start up, trust moves orders, or prices move. A quota is shared out by the orders of the day, not by those of
the base year; and a state's reserve serves its firms before they order abroad, so that what it lets go shrinks their
imports on all links, those that are not cut as well.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from chokepoint.agents.behaviour import NOISE_OFF
from chokepoint.sim.network.structure import USER
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.simulation import Simulation

# Nobody fears, forgets, asks for licences, spares, or is disturbed.
STILL: Mapping[str, float] = {
    **NOISE_OFF,
    "shortfall_gain": 0.0, "neighbour_weight": 0.0, "supplier_trust": 0.0, "supplier_risk": 0.0, "crowding_out": 0.0,
    "licence_ceiling": 0.0, "licence_burst": 1.0,
}  # fmt: skip


@dataclass(frozen=True)
class Cascade:
    """Where a cascade ended: trade (from row to column), tonnes drawn from reserves and tonnes of use lost by country,
    who had to act on its trade, and in how many rounds."""

    trade: np.ndarray
    drawn: np.ndarray
    lost: np.ndarray
    hit: np.ndarray
    rounds: int


def cascade(
    production: np.ndarray, reserves: np.ndarray, trade: np.ndarray, loss: np.ndarray, *, reserve_share: float = 1.0,
    threshold: float = 0.0, raises: bool = True, rounds: int = 10_000,
) -> Cascade:  # fmt: skip
    """Run the cascade of a loss of production.

    production, reserves, loss: (countries,) tonnes; trade: (countries, countries), from row to column, none with
    oneself. raises: whether a country in deficit also raises imports. rounds: how many at most.
    """
    trade = np.array(trade, dtype=float)
    used = production + trade.sum(axis=0) - trade.sum(axis=1)
    if (loss < 0.0).any() or (loss > production).any() or (used < -1e-9 * trade.sum()).any() or np.diag(trade).any():
        raise ValueError("a loss lies between nothing and production, and nobody ships more than it has, or to itself")
    left = reserve_share * np.asarray(reserves, dtype=float)
    deficit, drawn = np.array(loss, dtype=float), np.zeros(len(trade))
    hit = np.zeros(len(trade), dtype=bool)
    done = 0
    while True:
        draw = np.minimum(deficit, left)
        drawn, left, deficit = drawn + draw, left - draw, deficit - draw
        acts = deficit > np.maximum(threshold * used, 1e-15 * trade.sum())
        hit = hit | acts
        asked = trade * ~hit[:, None] * raises
        volume = trade.sum(axis=1) + asked.sum(axis=0)
        acts &= volume > 0.0
        if done == rounds or not acts.any():
            return Cascade(trade, drawn, deficit, hit, done)
        part = np.where(acts, np.minimum(1.0, np.divide(deficit, volume, out=np.zeros_like(volume), where=acts)), 0.0)
        cut, more = part[:, None] * trade, part[None, :] * asked
        trade = trade - cut + more
        change = cut.sum(axis=0) - cut.sum(axis=1) + more.sum(axis=1) - more.sum(axis=0)
        deficit = np.maximum(0.0, deficit + change)
        done += 1


@dataclass(frozen=True)
class Docked:
    """A world that poses the problem of the cascade: prices frozen at the start, behaviour as in `STILL`.

    Countries are those of the world in its order; exporting states have licensed refiners only, and nobody trades or
    smuggles. Every country has one firm or more without scrap.
    """

    world: GovernedWorld

    @classmethod
    def of(cls, simulation: Simulation) -> "Docked":
        """The world of a simulation; ValueError where it holds what the cascade knows nothing of."""
        world = simulation.world()
        if simulation.scenario.choices.freeze_prices_from is None:
            raise ValueError("prices move")
        if (world.N.f_scrap > 0.0).any() or (world.N.r_kind > 0).any():
            raise ValueError("scrap, smugglers or plants abroad")
        return cls(world)

    @property
    def users(self) -> np.ndarray:
        """Slots of firms that use the material."""
        return np.flatnonzero(self.world.N.f_kind[self.world.N.s_firm] == USER)

    def by_country(self, tonnes: np.ndarray) -> np.ndarray:
        """Sums over the user slots of each country: (countries,)."""
        where = self.world.N.s_country[self.users]
        return np.bincount(where, tonnes[self.users], len(self.world.countries))

    def trade(self) -> np.ndarray:
        """Base-year trade, t a year, from row to column: (countries, countries)."""
        N = self.world.N
        found = np.zeros((len(self.world.countries),) * 2)
        for z in range(1, len(N.state_of_zone)):
            found[N.state_of_zone[z]] = self.world.layout.base_export[z]
        return found

    def production(self) -> np.ndarray:
        """What is used, and sent, less what comes, t a year, but for rounding: (countries,)."""
        trade = self.trade()
        made = self.by_country(self.world.N.s_base) + trade.sum(axis=1) - trade.sum(axis=0)
        return np.asarray(np.where(made > 1e-9 * trade.sum(), made, 0.0))

    def hold(self, stocks: np.ndarray) -> None:
        """Give the firms of each country these stocks, t, in proportion to their use."""
        N, S, slots = self.world.N, self.world.S, self.users
        use = self.by_country(N.s_base)
        now = stocks[N.s_country[slots]] * N.s_base[slots] / use[N.s_country[slots]]
        np.add.at(S.opening, N.s_mat[slots], now - S.stock[slots])
        S.stock[slots] = now

    def _do(self, phase: Callable[..., None]) -> None:
        """One phase of this week, from its source: a single one is not worth compiling."""
        w = self.world
        phase(w.step, w.dt, w.P, w.N, w.X, w.I, w.S, w.R)

    def run(self, weeks: int) -> None:
        """Run so many weeks in which buyers order what they use and nothing to change their stocks."""
        world = self.world
        for _ in range(weeks):
            world.begin_week()
            for phase in world.frame.phases:
                self._do(phase.run)
                if phase.name == "orders":
                    world.S.order[self.users] = world.N.s_base[self.users] * world.dt
            world.step += 1

    def week_of_orders(self, ordered: np.ndarray, spare: np.ndarray) -> np.ndarray:
        """What leaves when countries order these tonnes in one week and sellers hold `spare` beyond a week's exports.

        ordered, spare: (countries,). Firms of exporting states are served before. Returns (countries, countries).
        """
        world, N, S = self.world, self.world.N, self.world.S
        slots, week = self.users, self.trade().sum(axis=1) * world.dt
        S.order[slots] = ordered[N.s_country[slots]] * N.s_base[slots]
        S.order[slots] /= self.by_country(N.s_base)[N.s_country[slots]]
        S.received[:] = 0.0
        for r in range(len(N.r_zone)):
            S.product[r] = week[N.r_country[r]] + spare[N.r_country[r]]
        names = [phase.name for phase in world.frame.phases]
        for phase in world.frame.phases[names.index("borders") : names.index("trust")]:
            self._do(phase.run)
        found = np.zeros((len(world.countries),) * 2)
        for z in range(1, len(N.state_of_zone)):
            found[N.state_of_zone[z]] = world.R.exports[world.step, z]
        return found

    def arrived(self, first: int, last: int) -> np.ndarray:
        """Tonnes that arrived in these weeks from others, from row to column: (countries, countries)."""
        found = self.world.R.arrivals[first:last].sum(axis=0).T.copy()
        np.fill_diagonal(found, 0.0)
        return found
