"""Diversification: where each importer buys, how concentrated that is, and who can choke the flow.

By year: shares of origin in the arrivals of an importer, their Herfindahl index, and two measures of a choke point on
the network mine - refinery - use, drawn with the flows of the year: the share of the flow abroad that is lost when the
refineries of a country close, and the betweenness of those refineries between mines and users abroad.
"""

from typing import TYPE_CHECKING

import numpy as np

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import Case, Tally, run_cases, year
from chokepoint.sim.results.run import Run
from chokepoint.sim.scenario.tables import Scenario

if TYPE_CHECKING:
    import networkx
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S20",)
REPLICATIONS = 5
EPISODE, EXPORTER = "2010-embargo", "China"
REFINERS = ("China", "Malaysia")
IMPORTERS = ("Japan", "United States", "Europe")
YEARS = tuple(range(2009, 2019))
NO_ENTRY = tuple(
    f"mines.{m}.capex_musd=1000000"
    for m in ("Mountain Pass", "Mt Weld", "Mt Weld phase 2", "Mixed greenfield", "Heavy greenfield")
)
CASES = (Case("as in history"), Case("no new mines", NO_ENTRY))
# Share of China in Japan's imports, Japanese customs as reported in the press (grade B).
OBSERVED = {2009: 90.0, 2010: 82.0, 2012: 60.0, 2018: 58.0}


def origins(run: Run, importer: str, of_year: int) -> dict[str, np.ndarray]:
    """Arrivals from each country abroad in a year, t gross: country -> (replications,)."""
    start = f"{importer} from "
    routes = [c for c in run.columns["imports"] if c.startswith(start) and c != f"{start}{importer}"]
    return {c.removeprefix(start): run.total("imports", c, *year(of_year)) for c in routes}


def herfindahl(amounts: np.ndarray) -> np.ndarray:
    """Sum of squared shares, between 1 / number and 1: one seller. amounts: (sellers, replications)."""
    shares = amounts / np.maximum(amounts.sum(axis=0), 1e-12)
    return np.asarray((shares**2).sum(axis=0))


def network(run: Run, scenario: Scenario, of_year: int, replication: int) -> "networkx.DiGraph":
    """The flows of a year as a graph: nodes (stage, country) with stage mine, refinery or use, edges in t.

    Ore goes from mines to refineries by the shares of feeds.csv, product by arrivals at home and abroad, smuggled cargo
    included; what traders resell counts as coming from where they stand.
    """
    import networkx as nx

    graph = nx.DiGraph()

    def add(a: tuple[str, str], b: tuple[str, str], tonnes: float) -> None:
        if tonnes > 1e-6:
            before = graph.edges[a, b]["t"] if graph.has_edge(a, b) else 0.0
            graph.add_edge(a, b, t=before + tonnes)

    country = {m.mine: m.country for m in scenario.mines} | {r.refiner: r.country for r in scenario.refiners}
    for feed in scenario.feeds:
        tonnes = feed.share * run.total("mined", feed.mine, *year(of_year))[replication]
        add(("mine", country[feed.mine]), ("refinery", country[feed.refiner]), float(tonnes))
    for route in run.columns["imports"]:
        destination, origin = route.split(" from ")
        tonnes = run.total("imports", route, *year(of_year))[replication]
        add(("refinery", origin), ("use", destination), float(tonnes))
    return graph


def _joined(graph: "networkx.DiGraph") -> "networkx.DiGraph":
    """The graph with one source before all mines and one sink behind all users but those of the exporter."""
    whole = graph.copy()
    for node in graph:
        if node[0] == "mine":
            whole.add_edge("source", node)
        elif node[0] == "use" and node[1] != EXPORTER:
            whole.add_edge(node, "sink")
    return whole


def lost_flow(graph: "networkx.DiGraph", country: str) -> float:
    """Share of the largest flow from mines to users abroad that is lost when the refineries of a country close."""
    import networkx as nx

    whole = _joined(graph)
    before = nx.maximum_flow_value(whole, "source", "sink", capacity="t")
    whole.remove_nodes_from([("refinery", country)])
    return float(1.0 - nx.maximum_flow_value(whole, "source", "sink", capacity="t") / before)


def betweenness(graph: "networkx.DiGraph", country: str) -> float:
    """Betweenness of the refineries of a country: share of the pairs of a mining country and a user abroad, among those
    that are linked, whose main path (the least sum of 1/t) runs through them. Counts channels, not tonnes."""
    import networkx as nx

    far = graph.copy()
    for _, _, data in far.edges(data=True):
        data["distance"] = 1.0 / data["t"]
    mines = [n for n in graph if n[0] == "mine"]
    users = [n for n in graph if n[0] == "use" and n[1] != EXPORTER]
    found = nx.betweenness_centrality_subset(far, mines, users, normalized=False, weight="distance")
    return float(found.get(("refinery", country), 0.0) / sum(nx.has_path(far, m, u) for m in mines for u in users))


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Shares of origin, Herfindahl index and choke-point measures by year, and what of Japan's shares was observed."""
    from chokepoint.experiments.history.catalogue import find

    scenario = find(EPISODE).scenario()
    tally = Tally(seed)
    for case, run in run_cases(EPISODE, CASES, replications, seed).items():
        for y in YEARS:
            day = f"{y}-07-01"
            for importer in IMPORTERS:
                amounts = origins(run, importer, y)
                whole = np.sum(list(amounts.values()), axis=0)
                for origin, tonnes in amounts.items():
                    if tonnes.any():
                        share = 100.0 * tonnes / whole
                        tally.add(case, f"share of {origin}", "%", share, material=importer, time=day)
                index = herfindahl(np.array(list(amounts.values())))
                tally.add(case, "Herfindahl index of imports", "1", index, material=importer, time=day)
            graphs = [network(run, scenario, y, i) for i in range(replications)]
            for country in REFINERS:
                lost = np.array([100.0 * lost_flow(g, country) for g in graphs])
                between = np.array([betweenness(g, country) for g in graphs])
                tally.add(case, "flow lost without refineries", "%", lost, material=country, time=day)
                tally.add(case, "betweenness of refineries", "share of pairs", between, material=country, time=day)
            mined = {c: run.total("mined", [m.mine for m in scenario.mines if m.country == c], *year(y))
                     for c in {m.country for m in scenario.mines}}  # fmt: skip
            share = 100.0 * mined[EXPORTER] / np.sum(list(mined.values()), axis=0)
            tally.add(case, f"share of {EXPORTER} in mine output", "%", share, time=day)
    for y, seen in OBSERVED.items():
        tally.add("observed", f"share of {EXPORTER}", "%", np.array([seen]), material="Japan", time=f"{y}-07-01")
    _summarise(tally)
    return tally.frame()


def _summarise(tally: Tally) -> None:
    """Repeat the first and the last year of each measure as a row of its own, for the printed table."""
    wanted = ("Herfindahl", "flow lost", "betweenness", f"share of {EXPORTER}")
    for row in list(tally.rows):
        if row["time"][:4] in ("2009", "2012", "2018") and row["measure"].startswith(wanted):
            tally.rows.append({**row, "measure": f"{row['measure']}, {row['time'][:4]}", "time": ""})


def figure(table: "pandas.DataFrame") -> "Figure":
    """Shares of origin in Japan's imports, Herfindahl index by importer, and choke-point measures, by year."""
    from datetime import date
    from typing import Any

    from matplotlib.lines import Line2D

    from chokepoint.sim.results import drawing

    yearly = table[table["time"] != ""]
    history = yearly[yearly["case"] == CASES[0].name]
    titles = (
        "origins of Japan's imports", "Herfindahl index of imports", "flow lost without refineries",
        "betweenness of refineries",
    )  # fmt: skip
    look = draw.colours([c.name for c in CASES])
    with drawing.theme():
        fig, axes = draw.panels(titles, 2)
        japan = history[(history["material"] == "Japan") & history["measure"].str.startswith("share of ")]
        top = japan.groupby("measure")["mean"].max().sort_values(ascending=False)
        names = [n for n in top.index if top[n] > 2.0][:6]
        days: Any = [date.fromisoformat(t) for t in sorted(set(japan["time"]))]
        parts = [japan[japan["measure"] == n].set_index("time")["mean"].reindex(sorted(set(japan["time"]))).fillna(0.0)
                 for n in names]  # fmt: skip
        places = draw.colours(["", *names])
        axes[0].stackplot(days, parts, colors=[places[n] for n in names], alpha=0.75, linewidth=0)
        seen = yearly[yearly["case"] == "observed"]
        axes[0].plot(
            [date.fromisoformat(t) for t in seen["time"]], seen["mean"], "o", markerfacecolor="white",
            markeredgecolor="black", markersize=4, zorder=5,
        )  # type: ignore[arg-type]  # fmt: skip
        axes[0].set_ylabel("% of arrivals from abroad")
        axes[0].set_ylim(0, 100)
        drawing.date_axis(axes[0], date(YEARS[0], 3, 1), date(YEARS[-1], 11, 1), ticks=6)
        styles: dict[str, Any] = dict(zip(IMPORTERS, ("-", (0, (4, 1.5)), (0, (1, 1))), strict=True))
        for importer in IMPORTERS:
            own = yearly[(yearly["material"] == importer) & (yearly["measure"] == titles[1])]
            draw.paths(axes[1], own, look, "1 is one seller", styles=dict.fromkeys(look, styles[importer]), ticks=6)
        for title, ax in zip(titles[2:], axes[2:], strict=True):
            for country, style in zip(REFINERS, ("-", (0, (1, 1))), strict=True):
                rows = yearly[(yearly["measure"] == title) & (yearly["material"] == country)]
                unit = rows["unit"].iloc[0]
                draw.paths(ax, rows, look, unit, styles=dict.fromkeys(look, style), ticks=6)
            ax.set_ylim(bottom=0.0)
            ax.set_title(f"{title.removesuffix(' of refineries')}, China (Malaysia dotted)")
        handles = [Line2D([], [], color=places[n], linewidth=5, alpha=0.75, label=n.removeprefix("share of "))
                   for n in names]  # fmt: skip
        handles.append(Line2D([], [], linestyle="none", marker="o", markerfacecolor="white", markeredgecolor="black",
                              markersize=4, label=f"{EXPORTER}, observed"))  # fmt: skip
        handles += draw.key(look)
        handles += [Line2D([], [], color=drawing.GREY, linestyle=s, label=i) for i, s in styles.items()]
        return draw.finish(fig, 95.0, table, "Rare earths, 2009-2018", handles=handles)
