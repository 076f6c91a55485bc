"""What each mechanism does: taken out one at a time, in pairs, and in random orders, on common luck.

An outcome is a number of a run, in ln where it is a price or a volume. The effect of a mechanism is the outcome with
all mechanisms less that without it. Its Shapley value is its mean effect over random orders in which mechanisms
are taken out one after the other: the values of all add up to the difference between the full model and the bare one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

import numpy as np

from experiments.catalogue import Episode, find
from experiments.run_statistics import basket_ratio, peak, peak_month, share_of_peak, total, total_ratio
from experiments.runner import Batch, Point, evaluate
from sim.problems import BadInput, nearest
from sim.record import Run


@dataclass(frozen=True)
class Mechanism:
    """How a mechanism is taken out: changes of the scenario and values that switch it off."""

    title: str
    changes: tuple[str, ...] = ()
    off: tuple[str, ...] = ()


# Order matters only in that acts are taken out before the news that is left.
MECHANISMS: dict[str, Mechanism] = {
    "exhaustion": Mechanism("quota running out in autumn 2010", ("quota.2010H2=unheard:20000",)),
    "quota": Mechanism("export quota", ("quota=none",)),
    "tax": Mechanism("changes of the export tax", ("tax.Nd-metal.2011=none", "tax.end=none")),
    "hold": Mechanism("hold of cargo, autumn 2010", ("embargo=unfelt", "inspection.japan=unfelt")),
    "hold-news": Mechanism(
        "news of the hold",
        ("news.embargo=none", "news.survey=none", "news.threat=none", "news.denial=none", "news.release=none"),
    ),
    "crackdown": Mechanism("campaigns against unlicensed supply", ("campaign=none", "invoice=none")),
    "news": Mechanism("all news", ("news=none",)),
    "shortfall": Mechanism("fear from own shortfall", off=("shortfall_gain",)),
    "withholding": Mechanism("refiners keeping back product", off=("withhold_growth",)),
    "leakage": Mechanism("smuggling", off=("leak_share",)),
    "thrift": Mechanism("thrift and substitution", off=("thrift_speed",)),
    "relocation": Mechanism("relocation into the exporting state", off=("relocation_speed",)),
    "scrap": Mechanism("response of scrap", off=("scrap_response",)),
    "traders": Mechanism("traders' stock-building", off=("trader_risk", "trader_growth")),
    "entry": Mechanism("new mines abroad"),
}


def point_without(names: Sequence[str], episode: Episode) -> Point:
    """The episode without some mechanisms."""
    changes: list[str] = []
    off: dict[str, float] = {}
    for name, mechanism in MECHANISMS.items():
        if name not in names:
            continue
        if name == "entry":
            changes += [f"mines.{k.mine}.capex_musd=1e6" for k in episode.scenario().mines if k.stage == "project"]
        if name == "exhaustion" and "quota" in names:
            continue
        changes += mechanism.changes
        off |= dict.fromkeys(mechanism.off, 0.0)
    return Point(tuple(changes), off)


BEFORE = {"La": 6.8, "Ce": 5.2, "Nd": 27.56, "Dy": 156.5}  # USD/kg outside, first half of 2010
MATERIALS = tuple(BEFORE)
MT_WELD = {"La": 25.5, "Ce": 46.74, "Pr": 5.32, "Nd": 18.5, "Sm": 2.27, "Eu": 0.443, "Tb": 0.068, "Dy": 0.124}
OUTCOMES = {
    "height": "ln peak outside, mean of La, Ce, Nd, Dy",
    **{f"height {m}": f"ln peak outside, {m}" for m in MATERIALS},
    "basket": "ln Mt Weld basket, Q4 over Q1 2010",
    "timing": "month of the peak outside, mean (years)",
    "decay": "ln price of December 2012 over the peak, mean",
    "ratio La": "largest La outside over inside",
    "exports 2011": "ln exports of China, 2011",
    "hole": "ln Japan from China, November over September 2010",
    "use Japan": "ln Japan's use, 2012 over 2010",
    "loss": "loss of prices and volumes",
}


def rise_of(outcomes: Mapping[str, np.ndarray]) -> float:
    """Rise in ln from the first half of 2010 to the peak, mean over materials and replications."""
    return float(outcomes["height"].mean()) - float(np.mean([np.log(x) for x in BEFORE.values()]))


def measure(run: Run, episode: Episode) -> dict[str, float]:
    """The outcomes of one run, and ln of the scored observations (for the loss)."""
    year = {y: (date(y, 1, 1), date(y, 12, 31)) for y in (2010, 2011, 2012)}
    heights = {m: float(np.log(peak(run, "price_outside", m)[0])) for m in MATERIALS}
    december = date(2012, 12, 10), date(2012, 12, 31)
    november, september = (date(2010, 11, 1), date(2010, 11, 30)), (date(2010, 9, 1), date(2010, 9, 30))
    fourth, first = (date(2010, 10, 1), date(2010, 12, 31)), (date(2010, 1, 1), date(2010, 3, 31))
    found = {
        "height": float(np.mean(list(heights.values()))),
        **{f"height {m}": x for m, x in heights.items()},
        "basket": float(np.log(basket_ratio(run, MT_WELD, fourth, first)[0])),
        "timing": float(np.mean([peak_month(run, "price_outside", m)[0] for m in MATERIALS])),
        "decay": float(np.mean([np.log(share_of_peak(run, "price_outside", m, december)[0]) for m in MATERIALS])),
        "ratio La": float((run.column("price_outside", "La") / run.column("price_inside", "La")).max()),
        "exports 2011": float(np.log(total(run, "exports", "all", year[2011])[0])),
        "hole": float(np.log(total_ratio(run, "imports", "Japan from China", november, september)[0])),
        "use Japan": float(np.log(total_ratio(run, "use", "Japan", year[2012], year[2010])[0])),
    }
    history = episode.facts.history
    if history is not None:
        found |= {f"ln {i}": float(x) for i, x in enumerate(history.logs(run)[0])}
    return found


@dataclass(frozen=True)
class Ablation:
    """Outcomes by set of mechanisms taken out: (replications,) each; and the Shapley value of each mechanism."""

    episode: str
    mechanisms: tuple[str, ...]
    replications: int
    orders: int
    outcomes: dict[frozenset[str], dict[str, np.ndarray]]
    shapley: dict[str, dict[str, tuple[float, float, float]]]

    def effect(self, names: Sequence[str], outcome: str) -> tuple[float, float, float]:
        """Outcome with all mechanisms less that without some: mean, and its 90 % interval over paired replications."""
        full, bare = self.outcomes[frozenset()][outcome], self.outcomes[frozenset(names)][outcome]
        return interval(full - bare)

    def interaction(self, one: str, other: str, outcome: str) -> tuple[float, float, float]:
        """How much more both do together than the sum of each: effect of both less the two effects."""
        f = {s: self.outcomes[frozenset(s)][outcome] for s in ((), (one,), (other,), (one, other))}
        return interval((f[()] - f[(one, other)]) - (f[()] - f[(one,)]) - (f[()] - f[(other,)]))


def interval(values: np.ndarray) -> tuple[float, float, float]:
    """Mean and its 90 % interval from independent values."""
    mean = float(values.mean())
    half = 1.645 * float(values.std(ddof=1)) / np.sqrt(len(values)) if len(values) > 1 else float("nan")
    return mean, mean - half, mean + half


def ablate(
    episode: str, replications: int = 10, orders: int = 40, *, pairs: bool = True, without: Sequence[str] = (),
    seed: int = 1, workers: int = 2, progress: Any = None,
) -> Ablation:  # fmt: skip
    """Take mechanisms out one at a time, in pairs, and in `orders` random orders (each on one replication)."""
    unknown = [f"{n}: unknown mechanism ({nearest(n, MECHANISMS)})" for n in without if n not in MECHANISMS]
    if unknown:
        raise BadInput(unknown, "ablate")
    place = find(episode)
    names = tuple(without) or tuple(MECHANISMS)
    sets = [frozenset[str](), *(frozenset([n]) for n in names)]
    if pairs:
        sets += [frozenset(p) for p in combinations(names, 2)]
    points = tuple(point_without(sorted(s), place) for s in sets)
    batch = Batch(episode, points, replications, "experiments.ablation:measure", {}, seed)
    rows = evaluate(batch, workers, progress)
    outcomes = {s: outcomes_of(place, [r for r in rows if r["point"] == i]) for i, s in enumerate(sets)}
    shapley = _shapley(place, names, orders, seed, workers, progress) if orders > 0 else {}
    return Ablation(place.name, names, replications, orders, outcomes, shapley)


def outcomes_of(place: Episode, rows: Sequence[Mapping[str, Any]]) -> dict[str, np.ndarray]:
    """Outcomes by name, (replications,) each; `ArithmeticError` when a run failed."""
    failed = [r for r in rows if r["state"] == "failed"]
    if failed:
        raise ArithmeticError(f"run {failed[0]['run']} failed ({failed[0]['stage']}): {failed[0]['message']}")
    found = {name: np.array([r[name] for r in rows]) for name in OUTCOMES if name != "loss"}
    history = place.facts.history
    if history is not None:
        logs = np.array([[r[f"ln {i}"] for i in range(len(history.data))] for r in rows])
        found["loss"] = np.array([history.loss(one) for one in logs])
    return found


def _shapley(
    place: Episode, names: Sequence[str], orders: int, seed: int, workers: int, progress: Any
) -> dict[str, dict[str, tuple[float, float, float]]]:
    """Effects along random orders of removal; order i and its reverse share a draw, so that early and late balance."""
    generator = np.random.default_rng(seed)
    walks: list[list[str]] = []
    while len(walks) < orders:
        order = [names[i] for i in generator.permutation(len(names))]
        walks += [order, order[::-1]]
    sets = list(dict.fromkeys(frozenset(w[:k]) for w in walks for k in range(len(w) + 1)))
    points = tuple(point_without(sorted(s), place) for s in sets)
    rows = evaluate(Batch(place.name, points, 1, "experiments.ablation:measure", {}, seed), workers, progress)
    outcomes = {s: outcomes_of(place, [rows[i]]) for i, s in enumerate(sets)}
    found: dict[str, dict[str, tuple[float, float, float]]] = {}
    for name in names:
        found[name] = {}
        for outcome in outcomes[sets[0]]:
            effects = []
            for walk in walks:
                k = walk.index(name)
                before, after = outcomes[frozenset(walk[:k])], outcomes[frozenset(walk[: k + 1])]
                effects.append(float(before[outcome][0] - after[outcome][0]))
            found[name][outcome] = interval(np.array(effects))
    return found


def as_data(result: Ablation) -> dict[str, Any]:
    """The ablation as one plain object."""
    names = result.mechanisms
    outcomes = list(result.outcomes[frozenset()])
    return {
        "episode": result.episode, "replications": result.replications, "orders": result.orders,
        "outcomes": {o: OUTCOMES[o] for o in outcomes},
        "full": {o: interval(x) for o, x in result.outcomes[frozenset()].items()},
        "effects": {n: {o: result.effect([n], o) for o in outcomes} for n in names},
        "shapley": result.shapley,
        "interactions": [
            {"pair": [a, b], **{o: result.interaction(a, b, o) for o in outcomes}}
            for a, b in combinations(names, 2)
            if frozenset((a, b)) in result.outcomes
        ],
    }  # fmt: skip


def print_ablation(result: Ablation, console: Any) -> None:
    """Print effects and Shapley values, and say how much of the rise the hold itself explains."""
    from rich.table import Table

    shown = ("height", "basket", "timing", "decay", "ratio La", "exports 2011", "hole", "use Japan", "loss")
    tables = (("Effect: with all mechanisms, less without this one", None), ("Shapley value", result.shapley))
    for title, values in tables:
        if values is not None and not values:
            continue
        table = Table(title=title, title_justify="left", header_style="bold")
        table.add_column("taken out")
        for outcome in shown:
            table.add_column(outcome, justify="right")
        for name in result.mechanisms:
            cells = []
            for outcome in shown:
                mean, low, high = result.effect([name], outcome) if values is None else values[name][outcome]
                mark = "" if low <= 0.0 <= high else "*"
                cells.append(f"{mean:+.2f}{mark}")
            table.add_row(MECHANISMS[name].title, *cells)
        console.print(table)
    console.print("* the 90 % interval does not contain zero.  " + "; ".join(f"{o}: {OUTCOMES[o]}" for o in shown))
    if "hold" in result.mechanisms:
        rise = rise_of(result.outcomes[frozenset()])
        hold = result.effect(["hold"], "height")
        heard = result.effect(["hold-news"], "height") if "hold-news" in result.mechanisms else (0.0, 0.0, 0.0)
        console.print(
            f"Of a rise of {rise:.2f} in ln from the first half of 2010 to the peak, the hold of autumn 2010 itself "
            f"carries {100 * hold[0] / rise:.0f} % ({100 * hold[1] / rise:.0f} to {100 * hold[2] / rise:.0f} %), "
            f"news of it {100 * heard[0] / rise:.0f} %."
        )
