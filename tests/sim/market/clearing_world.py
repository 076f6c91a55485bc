"""A world of countries in which weeks are cleared one by one: for tests of `sim/market/clearing.py`."""

from collections import namedtuple
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from chokepoint.sim.engine.arrays import addresses
from chokepoint.sim.engine.frame import Frame, Making
from chokepoint.sim.engine.phase_source import PhaseSource
from chokepoint.sim.engine.rules import RuleSet
from chokepoint.sim.market import clearing
from chokepoint.sim.market.rules.curves import opens_at

FREIGHT = 0.02  # of the landed price
DETOUR = 0.06  # what it costs to ship on through a country that makes nothing


@lru_cache(1)
def rules() -> RuleSet:
    return RuleSet(PhaseSource(Frame(clearing.STRUCTURE, (clearing.MECHANISM,)), ()))


class ClearingWorld:
    """Countries with use and output by material; base trade of exporters to importers in proportion; all pairs routed.

    use, output: by country, t a year, one row a material; price: USD/kg at exporters. `smuggled` are pairs with a route
    past the border. Elasticities as the priors of the market's second design.
    """

    def __init__(
        self,
        countries: Sequence[str],
        use: Sequence[Mapping[str, float]],
        output: Sequence[Mapping[str, float]],
        price: Sequence[float],
        gross: Sequence[float] = (),
        smuggled: Sequence[tuple[str, str]] = (),
        stock_months: float = 4.0,
    ):
        self.names, self.materials = list(countries), len(price)
        count = len(self.names)
        legal = [(a, b) for a in range(count) for b in range(count) if a != b]
        past = [(self.names.index(a), self.names.index(b)) for a, b in smuggled]
        self.routes = [*legal, *past]
        used = np.array([[row.get(c, 0.0) for c in self.names] for row in use])
        made = np.array([[row.get(c, 0.0) for c in self.names] for row in output])
        self._balance(used, made)
        self.use, self.output = used, made
        self.gross = np.array(list(gross) or [1.0] * self.materials)
        flows = np.array([self._base_trade(m, legal) + [0.0] * len(past) for m in range(self.materials)])
        base = np.array([self._base_prices(m, price[m]) for m in range(self.materials)])
        scale = np.maximum(flows, 0.1 * used[:, [b for _, b in self.routes]] + 1e-6)
        cost = np.array(
            [[self._cost(m, r, base, flows, scale) for r in range(len(self.routes))] for m in range(len(base))]
        )
        structure = {
            "route_from": np.array([a for a, _ in self.routes], dtype=np.int64),
            "route_to": np.array([b for _, b in self.routes], dtype=np.int64),
            "route_legal": np.array([1] * len(legal) + [0] * len(past), dtype=np.int64),
            "route_cost": cost.ravel(),
            "route_scale": scale.ravel(),
            "gross": self.gross,
            "market_size": (used + made + 1e-6).ravel(),
            **self._sizes(flows, base, legal),
        }
        self.N = namedtuple("Structure", [a.field for a in clearing.STRUCTURE])(**structure)  # type: ignore[arg-type]
        frame = rules().source.frame
        sizes = {"c": count, "m": self.materials, "q": count * self.materials, "j": len(self.routes)}
        sizes |= {"v": sizes["j"] * self.materials, "cc": count**2, "cs": count * (count + 1)}
        sizes["qs"] = sizes["q"] * (count + 1)
        made_bundles = frame.make(Making(frame, sizes, N=self.N, base_ln=np.log(base).ravel()))
        self.X, self.I, self.S, self.R = (made_bundles[letter] for letter in "XISR")
        self._calibrate(used, made, base, flows, stock_months)
        bundles = {"N": self.N, "X": self.X, "I": self.I, "S": self.S, "R": self.R}
        self.kernel = rules().kernel().bind(np.zeros(1), bundles, {"N": addresses(clearing.STRUCTURE, self.N)})
        if smuggled:
            self.I.route_room.reshape(self.materials, -1)[:, len(legal) :] = 0.0

    @staticmethod
    def _balance(use: np.ndarray, output: np.ndarray) -> None:
        """Scale use beyond their own output of importers so that each material balances."""
        net = output - use
        for m, row in enumerate(net):
            buys = row < 0.0
            use[m, buys] = output[m, buys] - row[buys] * row[~buys].sum() / -row[buys].sum()

    def _base_trade(self, m: int, pairs: Sequence[tuple[int, int]]) -> list[float]:
        net = self.output[m] - self.use[m]
        sold = net[net > 0.0].sum()
        return [net[a] * -net[b] / sold if net[a] > 1e-9 and net[b] < -1e-9 else 0.0 for a, b in pairs]

    def _base_prices(self, m: int, price: float) -> list[float]:
        net = self.output[m] - self.use[m]
        return [price if value > 1e-9 else price * (1.0 + FREIGHT) for value in net]

    def _cost(self, m: int, route: int, base: np.ndarray, flows: np.ndarray, scale: np.ndarray) -> float:
        """Costs make the base year an equilibrium; unused routes cost freight, or a detour."""
        a, b = self.routes[route]
        flow = flows[m, route]
        if flow > 0.0:
            return float(np.log(base[m, b] / base[m, a]) - opens_at(flow, scale[m, route]))
        return FREIGHT if self.output[m, a] > self.use[m, a] else DETOUR

    def _sizes(self, flows: np.ndarray, base: np.ndarray, legal: Sequence[tuple[int, int]]) -> dict[str, np.ndarray]:
        tonnes, worth = np.zeros(len(self.names)), np.zeros(len(self.names))
        for m in range(self.materials):
            for r, (a, _) in enumerate(legal):
                tonnes[a] += flows[m, r] * self.gross[m]
                worth[a] += flows[m, r] * base[m, a]
        sent = tonnes > 0.0
        return {
            "export_size": np.where(sent, tonnes, 1.0),
            "rent_size": np.where(sent, worth / np.where(sent, tonnes, 1.0), 1.0),
        }

    def _calibrate(
        self, use: np.ndarray, output: np.ndarray, base: np.ndarray, flows: np.ndarray, months: float
    ) -> None:
        S = self.S
        S.use_level[:], S.output_level[:] = use.ravel(), output.ravel()
        S.use_elasticity[0], S.choke[0], S.stock_answer[0] = 0.08, 0.13, 1.7
        S.supply_elasticity[:], S.spare[:] = 0.2, 0.1
        S.normal_stock[:] = (months / 12.0 * use + output / 12.0).ravel()
        S.position[:] = S.normal_stock

    def clear(self) -> None:
        """Clear one week; AssertionError where it does not."""
        self.kernel.run(0, 1, 7 / 365.25)
        assert self.S.unsolved[0] == 0.0, f"left over: {self.S.unsolved[0]}"

    def price(self, country: str, material: int = 0) -> float:
        return float(np.exp(self.S.price_ln[material * len(self.names) + self.names.index(country)]))

    def exports(self, country: str, material: int = 0) -> float:
        here = self.names.index(country)
        flows = self.S.flow.reshape(self.materials, -1)[material]
        return float(sum(flows[r] for r, (a, _) in enumerate(self.routes) if a == here))

    def passages(self, origin: str, destination: str | None = None, legal: bool = True) -> list[int]:
        """Places of the passages of all materials from a country, to one or to all."""
        a = self.names.index(origin)
        chosen = [
            r
            for r, (here, there) in enumerate(self.routes)
            if here == a
            and (destination is None or there == self.names.index(destination))
            and bool(self.N.route_legal[r]) == legal
        ]
        return [m * len(self.routes) + r for m in range(self.materials) for r in chosen]


def one_exporter(materials: int = 1, **options: Any) -> ClearingWorld:
    """X makes 124 of 130 and uses 70; J, E and S import; E mines 6."""
    use = [{"X": 70.0, "J": 30.0, "E": 22.0, "S": 8.0}] * materials
    output = [{"X": 124.0, "E": 6.0}] * materials
    return ClearingWorld("XJES", use, output, [10.0 * (1.0, 4.0, 0.5)[m % 3] for m in range(materials)], **options)


def four_exporters(**options: Any) -> ClearingWorld:
    """Four equal exporters A to D, each making 40 and using 15; J, E and S import."""
    use = [{**dict.fromkeys("ABCD", 15.0), "J": 50.0, "E": 48.0, "S": 2.0}]
    return ClearingWorld("ABCDJES", use, [dict.fromkeys("ABCD", 40.0)], [10.0], **options)
