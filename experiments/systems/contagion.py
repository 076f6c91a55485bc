"""Contagion of export restrictions: what a restricted tonne does to the price, and to other exporters.

Giordani, Rocha and Ruta found for food that 1 % more of trade restricted goes with a price 1.1 % higher; 0.7 to 1.6
is taken as plausible. Four equal exporters withhold a tenth, a fifth or three tenths of their exports for a year. The
elasticity hangs on how long the tonnes are expected to be missing: told half-year by half-year, they are bridged by
stock in part; where nobody is told, what has lasted is expected to last, and the price is that of a lasting cut for
importers who have no mines; where nothing is expected, stocks bridge most of it. It is shown with that taken out in
turn, with lines that do not stop, and where one exporter withholds as many tonnes alone and others may fill the gap,
which is the case nearest to food and lies within. A restriction of all that was told for years and moved the price as
little would overturn it. Then one exporter restricts by half for three years, and the others follow or do not: by
their own price at home, by how much others restrict, or by both (the doctrine `contagion`). The multiplier is what is
withheld over what it is when nobody follows.
"""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import WORLDS, Case, Tally, refuse_runaways, run_cases, year
from chokepoint.sim.market.runaways import runaways
from chokepoint.sim.politics.enactment import restricted
from chokepoint.sim.simulation import Simulation, load_scenario

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("contagion",)
REPLICATIONS = 20
STATES = ("Northland", "Eastland", "Southland", "Westland")
EXPORTS = 1600.0  # of each of them, t a year
WITHHELD = (0.1, 0.2, 0.3)
PLAUSIBLE = (0.7, 1.6)
END = "end=2013-12-29"
# No act is believed, no cut is expected to last, and no loss that is expected raises a wanted stock.
NOTHING_EXPECTED = {"act": 0.0, "lasting": 0.0, "precaution": 0.0}
ALWAYS, NEVER = 20.0, -20.0  # terms of the logit


def stance(country: str, base: float, price: float, coverage: float, share: float = 0.5) -> tuple[str, ...]:
    """Changes that give an exporter the doctrine `contagion`; it decides each half-year from 2011 on."""
    numbers = {"base": base, "price": price, "coverage": coverage, "share": share}
    return (f"doctrine.{country}=contagion", *(f"doctrine.{country}.{k}={v!r}" for k, v in numbers.items()))


def heard(share: float, states: tuple[str, ...] = STATES) -> tuple[str, ...]:
    """Changes by which these states withhold so much of world trade between them, and everybody hears of it."""
    own = 1.0 - share * len(STATES) / len(states)
    return tuple(x for c in states for x in stance(c, ALWAYS, 0.0, 0.0, own))


def unheard(share: float) -> tuple[str, ...]:
    """The same by all four, and nobody is told."""
    halves = {"H1": "from 2011-01-03 until 2011-06-30", "H2": "from 2011-07-01 until 2011-12-31"}
    tonnes = (1.0 - share) * EXPORTS / 2.0
    return tuple(
        f"act.{c}{h}={c} export_quota at {tonnes!r} t gross {span} unheard"
        for c in STATES
        for h, span in halves.items()
    )


VARIANTS: Mapping[str, tuple[dict[str, float], Mapping[float, tuple[str, ...]]]] = {
    "as the model stands": ({}, {w: heard(w) for w in WITHHELD}),
    "unheard": ({}, {w: unheard(w) for w in WITHHELD}),
    "unheard, nothing expected": (NOTHING_EXPECTED, {w: unheard(w) for w in WITHHELD}),
    "the same, lines do not stop": ({**NOTHING_EXPECTED, "choke": 0.0}, {w: unheard(w) for w in WITHHELD}),
    "one exporter alone": ({}, {w: heard(w, STATES[:1]) for w in WITHHELD[:2]}),
    "one alone, nothing expected": (NOTHING_EXPECTED, {w: heard(w, STATES[:1]) for w in WITHHELD[:2]}),
}
FOLLOWING = {
    "nobody follows": (NEVER, 0.0, 0.0), "others answer the price": (-4.0, 3.0, 0.0),
    "others answer restrictions": (-4.0, 0.0, 6.0), "others answer both": (-4.0, 3.0, 6.0),
}  # fmt: skip
SHARE, MULTIPLIER, RISE = "trade withheld", "withheld over what it is alone", "price over free trade"


def followed(terms: tuple[float, float, float] | None, replication: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Share of trade withheld after each decision, and mean price outside of each half-year, 2011 to 2013."""
    changes: tuple[str, ...] = (END,)
    if terms is not None:
        changes += stance(STATES[0], ALWAYS, 0.0, 0.0)
        changes += tuple(x for c in STATES[1:] for x in stance(c, *terms))
    world = Simulation(load_scenario(WORLDS / "four-exporters"), changes=changes, seed=seed).world(replication)
    steps = [52 + 26 * i for i in range(7)]
    shares, prices = [], []
    for first, last in pairwise(steps):
        world.advance(first + 2)
        shares.append(restricted(world, but=0))
        world.advance(last)
        prices.append(float(world.R.price[first:last, 0, 0].mean()))
    refuse_runaways({f"terms {terms}, replication {replication}": runaways(world)})
    return np.array(shares), np.array(prices)


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Price and elasticity by what is withheld, and what is withheld when others follow, by case."""
    tally, span = Tally(seed), year(2011)
    for name, (behaviour, versions) in VARIANTS.items():
        cases = [Case("free", ("end=2012-01-29",), behaviour)]
        cases += [Case(f"{w}", ("end=2012-01-29", *changes), behaviour) for w, changes in versions.items()]
        runs = run_cases(WORLDS / "four-exporters", cases, replications, seed)
        free = runs["free"].mean("price_outside", "M", *span)
        for w in versions:
            rise = 100.0 * (runs[f"{w}"].mean("price_outside", "M", *span) / free - 1.0)
            sent = runs[f"{w}"].total("exports", "all", *span) / runs["free"].total("exports", "all", *span)
            tally.add(name, f"price at {100 * w:.0f} % withheld", "%", rise)
            tally.add(name, f"elasticity at {100 * w:.0f} % withheld", "1", rise / (100.0 * w))
            tally.add(name, f"exports at {100 * w:.0f} % withheld", "%", 100.0 * (sent - 1.0))
    free = np.array([followed(None, i, seed)[1] for i in range(replications)])
    alone = np.ones(replications)
    for name, terms in FOLLOWING.items():
        found = [followed(terms, i, seed) for i in range(replications)]
        shares, prices = (np.array([f[k] for f in found]) for k in (0, 1))
        alone = shares.mean(axis=1) if name == "nobody follows" else alone
        tally.add(name, SHARE, "% of trade", 100.0 * shares.mean(axis=1))
        tally.add(name, MULTIPLIER, "1", shares.mean(axis=1) / alone)
        tally.add(name, RISE, "1", prices.mean(axis=1) / free.mean(axis=1))
        for i, each in enumerate(shares.T):
            day = date(2011 + i // 2, 1 + 6 * (i % 2), 1)
            tally.add(name, "trade withheld by half-year", "% of trade", 100.0 * each, time=day.isoformat())
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """Elasticities beside the plausible interval; what is withheld as others follow, and what it does to the price."""
    from chokepoint.sim.results import drawing

    look, following = draw.colours(list(VARIANTS)), draw.colours(list(FOLLOWING))
    titles = ("price by what is withheld", "elasticity at 20 % withheld", MULTIPLIER, RISE)
    with drawing.theme():
        fig, axes = draw.panels(titles, 2)
        ax = axes[0]
        x = np.array([0.0, *(100.0 * w for w in WITHHELD)])
        ax.fill_between(x, PLAUSIBLE[0] * x, PLAUSIBLE[1] * x, color=drawing.GREY, alpha=0.3, linewidth=0)
        for name, (_, versions) in VARIANTS.items():
            measures = [f"price at {100 * w:.0f} % withheld" for w in versions]
            rows = table[(table["case"] == name) & table["measure"].isin(measures)]
            at = [0.0, *(100.0 * w for w in versions)]
            ax.plot(at, [0.0, *rows["mean"]], color=look[name])
            ax.fill_between(at, [0.0, *rows["low"]], [0.0, *rows["high"]], color=look[name], alpha=0.16, linewidth=0)
        ax.set_xlabel("withheld, % of trade")
        ax.set_ylabel("price, % over free trade")
        axes[1].axvspan(*PLAUSIBLE, color=drawing.GREY, alpha=0.3, linewidth=0)
        draw.dots(
            axes[1], table[table["measure"] == "elasticity at 20 % withheld"], look, "% of price for 1 % of trade"
        )
        draw.dots(axes[2], table[table["measure"] == MULTIPLIER], following, "multiplier")
        draw.dots(axes[3], table[table["measure"] == RISE], following, "price, free trade = 1")
        note = "grey: 0.7 to 1.6, colours of the lines as at their right"
        return draw.finish(fig, 100.0, table, "Four exporters, 2011 (above) and 2011-2013", note)
