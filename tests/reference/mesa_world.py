"""A reduced world as a Mesa user would write it from the equations: one Python object an agent, floats and loops.

It is the docking partner of the engine and the reference for its speed. It shares the tables, what `Layout` makes of
them (the base year: who exists, how large, who deals with whom), the behavioural table and the draws of demand. No
rule and no phase is shared: all equations are written again here.

In: one exporting state with licensed refiners and legal mines, countries outside with free refiners and mines;
materials as joint products; firms inside and outside that use, recover new scrap, plan, fear (their own shortfall and
their neighbours), hold cover, order by stock management, split orders by price (looked at every four weeks), trust and
fear; lags of shipping; an export quota with licences, their allowance and the rent asked for them; an export tax; an
embargo by days, customs and the bonded store; offers of licence holders, product kept back, presence of sellers
outside; runs of refiners, discards, ore; legal output and mothballing; both prices and their memories; thrift; the
disturbance of demand; accounts.

Left out, and how a scenario switches it off:
- traders and the spot market (no firm of the sector `trader`), unlicensed mines and refiners, with smuggling, pits
  and campaigns (none in the tables), projects, with investment, debt and default (no mine of the stage `project`),
  firms that open later, reserves, doctrines, backing, litigation (no such rows);
- news (no such rows) and traits of firms (`noise_trait` 0); the luck of news, mood and delay has nothing to act on;
- relocation of use (`relocation_speed` 0) and extrapolation of prices (`trend_weight` 0);
- inspection, closure, permits, refusals, production quotas, subsidies, transit delays, separate quotas for heavy
  materials, licences carried over (no such acts);
- forms (all trade in oxide, where a tonne contained is a tonne gross), old scrap, industrial activity (no such table);
- lenders, and all payments of what is left out.

Firms, refiners and mines act in a random order in each phase, since nothing may hang on it.
"""

import mesa

from chokepoint.sim.network.layout import Layout
from tests.reference.mesa_agents import REVIEW_WEEKS, Firm, Mine, Refiner
from tests.reference.mesa_market import Market, Party
from tests.reference.mesa_state import ExportingState


class ReducedWorld(mesa.Model):
    """The reduced world of a layout, one step a week; `datacollector` holds the weekly series.

    layout: of a scenario that keeps to what the module's docstring lists; seed: as of the engine's run.
    """

    def __init__(self, layout: Layout, seed: int = 1):
        super().__init__(rng=int(seed))
        N = layout.N
        self.P, self.dt, self.week = layout.P, layout.dt, 0
        self.fear = [0.0] * len(layout.countries)
        self.state, self.rest_of_world = ExportingState(self, layout, 1), Party(self)
        home = [Market(self, m, float(price)) for m, price in enumerate(N.base_price[1])]
        self.markets = [[Market(self, m, float(N.base_price[0, m]), home[m]) for m in range(len(home))], home]
        refiners = [Refiner(self, layout, r) for r in range(len(N.r_zone))]
        for k in range(len(N.k_zone)):
            Mine(self, layout, k, refiners)
        for f in range(len(N.f_kind)):
            Firm(self, layout, f, refiners, seed)
        self.holders = self.agents_by_type[Refiner].select(lambda r: r.inside)
        countries = range(len(layout.countries))
        firms, plants, mines = (self.agents_by_type[kind] for kind in (Firm, Refiner, Mine))
        links = [link for firm in firms for p in firm.positions for link in p.links]
        self.export_links = [link for link in links if link.crosses]

        def by_country(name: str):  # type: ignore[no-untyped-def]
            return lambda _: [sum(getattr(f, name) for f in firms if f.country == c) for c in countries]

        def stocks(_: "ReducedWorld") -> list[list[float]]:
            of = [[p for f in firms if f.country == c for p in f.positions] for c in countries]
            return [[sum(p.stock for p in ps if p.market.material == m) for m in range(len(home))] for ps in of]

        self.datacollector = mesa.DataCollector(
            model_reporters={
                "price": lambda model: [[market.price for market in zone] for zone in model.markets],
                "ask": lambda model: [0.0, model.state.rent_asked],
                "tax": lambda model: [0.0, model.state.tax_kusd],
                "rent": lambda model: [0.0, model.state.rent_kusd],
                "exports": lambda model: [[0.0 for _ in countries], list(model.state.exports)],
                "queue": lambda model: [[0.0 for _ in countries], list(model.state.bonded)],
                "arrivals": lambda _: [
                    [sum(f.arrived.get(o, 0.0) for f in firms if f.country == c) for o in countries] for c in countries
                ],
                "use": by_country("used"), "scrap": by_country("recovered"), "shortfall": by_country("short"),
                "bill": by_country("bill"), "risk": lambda model: list(model.fear), "stock": stocks,
                "mined": lambda _: mines.get("mined"), "refined": lambda _: plants.get("refined"),
                "licence_used": lambda _: plants.get("licence_used"),
            }
        )  # fmt: skip

    def step(self) -> None:
        """One week."""
        markets, mines, firms, refiners = (self.agents_by_type[kind] for kind in (Market, Mine, Firm, Refiner))
        self.state.act()
        firms.shuffle_do("receive").shuffle_do("use").shuffle_do("fear")
        for c in range(len(self.fear)):
            risks = [firm.risk for firm in firms if firm.country == c]
            self.fear[c] = sum(risks) / len(risks)
        markets.do("expect")
        firms.shuffle_do("plan").shuffle_do("ask_suppliers")
        refiners.shuffle_do("sell")
        firms.shuffle_do("judge")
        self.state.clear()
        self.state.price_licences()
        refiners.shuffle_do("run")
        mines.shuffle_do("ship")
        markets.do("open_books")
        firms.shuffle_do("show_stock")
        refiners.shuffle_do("show_stock")
        markets.select(lambda market: market.home is None).do("form_price")
        markets.select(lambda market: market.home is not None).do("form_price")
        markets.do("remember")
        if self.week % REVIEW_WEEKS == 0:
            firms.shuffle_do("save")
        self.datacollector.collect(self)
        self.week += 1
