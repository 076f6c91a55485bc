"""What each mechanism does: taken out one at a time, in pairs, and in random orders, on common luck.

An outcome is a number of a run, in ln where it is a price or a volume. The effect of a mechanism is the outcome with
all mechanisms less that without it. Its Shapley value is its mean effect over random orders in which mechanisms
are taken out one after the other: the values of all add up to the difference between the full model and the bare one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from chokepoint.experiments.history.catalogue import Episode, find
from chokepoint.experiments.history.mechanisms import Design
from chokepoint.experiments.runs.batch import Batch
from chokepoint.experiments.runs.points import Point
from chokepoint.experiments.runs.runner import evaluate
from chokepoint.sim.results.run import Run
from chokepoint.sim.scenario.problems import BadInput, nearest

TRADER = "trader"  # sector of firms that carry trade
LOSS = "loss"  # an outcome of every episode with scored observations


def design(episode: Episode) -> Design:
    """What an ablation of the episode takes out and looks at; `BadInput` when it does not say."""
    found = episode.facts.ablation
    if found is None:
        raise BadInput([f"{episode.name}: says of no mechanism how it is taken out (facts.toml, [ablation])"], "ablate")
    return found


def titles(episode: Episode) -> dict[str, str]:
    """Names of outcomes, and what they are."""
    found = {name: outcome.title for name, outcome in design(episode).outcomes.items()}
    return found if episode.facts.history is None else {**found, LOSS: "loss of prices and volumes"}


def point_without(names: Sequence[str], episode: Episode) -> Point:
    """The episode without some mechanisms; acts are taken out before the news that is left."""
    changes: list[str] = []
    off: dict[str, float] = {}
    scenario = episode.scenario()
    for name, mechanism in design(episode).mechanisms.items():
        if name not in names or mechanism.within in names:
            continue
        if mechanism.entry:
            changes += [f"mines.{mine.mine}.capex_musd=1e6" for mine in scenario.mines if mine.stage == "project"]
        if mechanism.traders:
            changes += [f"firms.{firm.firm}.trade_share=0" for firm in scenario.firms if firm.sector == TRADER]
        changes += mechanism.changes
        off |= mechanism.values({**scenario.behaviour, **episode.behaviour})
    return Point(tuple(changes), off)


def rise_of(outcomes: Mapping[str, np.ndarray], episode: Episode) -> float:
    """Rise in ln from what was observed before to the outcome that says where it is counted from; mean of runs."""
    found = design(episode)
    return float(outcomes[found.risen].mean()) - found.base


def measure(run: Run, episode: Episode) -> dict[str, float]:
    """The outcomes of one run, and ln of the scored observations (for the loss)."""
    found = {name: outcome.of(run) for name, outcome in design(episode).outcomes.items()}
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
    place = find(episode)
    known = design(place).mechanisms
    unknown = [f"{n}: unknown mechanism ({nearest(n, known)})" for n in without if n not in known]
    if unknown:
        raise BadInput(unknown, "ablate")
    names = tuple(without) or tuple(known)
    sets = [frozenset[str](), *(frozenset([n]) for n in names)]
    if pairs:
        sets += [frozenset(p) for p in combinations(names, 2)]
    points = tuple(point_without(sorted(s), place) for s in sets)
    batch = Batch(episode, points, replications, "chokepoint.experiments.attribution.ablation:measure", {}, seed)
    rows = evaluate(batch, workers, progress)
    outcomes = {s: outcomes_of(place, [r for r in rows if r["point"] == i]) for i, s in enumerate(sets)}
    shapley = _shapley(place, names, orders, seed, workers, progress) if orders > 0 else {}
    return Ablation(place.name, names, replications, orders, outcomes, shapley)


def outcomes_of(place: Episode, rows: Sequence[Mapping[str, Any]]) -> dict[str, np.ndarray]:
    """Outcomes by name, (replications,) each; `ArithmeticError` when a run failed."""
    failed = [r for r in rows if r["state"] == "failed"]
    if failed:
        raise ArithmeticError(f"run {failed[0]['run']} failed ({failed[0]['stage']}): {failed[0]['message']}")
    found = {name: np.array([r[name] for r in rows]) for name in design(place).outcomes}
    history = place.facts.history
    if history is not None:
        logs = np.array([[r[f"ln {i}"] for i in range(len(history.data))] for r in rows])
        found[LOSS] = np.array([history.loss(one) for one in logs])
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
    rows = evaluate(
        Batch(place.name, points, 1, "chokepoint.experiments.attribution.ablation:measure", {}, seed), workers, progress
    )
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


def as_data(result: Ablation, place: Episode) -> dict[str, Any]:
    """The ablation as one plain object."""
    names = result.mechanisms
    outcomes = list(result.outcomes[frozenset()])
    return {
        "episode": result.episode, "replications": result.replications, "orders": result.orders,
        "outcomes": titles(place),
        "full": {o: interval(x) for o, x in result.outcomes[frozenset()].items()},
        "effects": {n: {o: result.effect([n], o) for o in outcomes} for n in names},
        "shapley": result.shapley,
        "interactions": [
            {"pair": [a, b], **{o: result.interaction(a, b, o) for o in outcomes}}
            for a, b in combinations(names, 2)
            if frozenset((a, b)) in result.outcomes
        ],
    }  # fmt: skip


def print_ablation(result: Ablation, place: Episode, console: Any) -> None:
    """Print effects and Shapley values, and say how much of the rise some mechanisms carry."""
    from rich.table import Table

    asked, meanings = design(place), titles(place)
    shown = [o for o in meanings if o == LOSS or not asked.outcomes[o].detail]
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
            table.add_row(asked.mechanisms[name].title, *cells)
        console.print(table)
    console.print("* the 90 % interval does not contain zero.  " + "; ".join(f"{o}: {meanings[o]}" for o in shown))
    told = [n for n in asked.carried_by if n in result.mechanisms]
    if told and asked.risen:
        rise = rise_of(result.outcomes[frozenset()], place)
        console.print(f"Of a rise of {rise:.2f} in ln ({meanings[asked.risen]}) carried by")
        for name in told:
            mean, low, high = (100 * x / rise for x in result.effect([name], asked.risen))
            console.print(f"  {asked.mechanisms[name].title}: {mean:.0f} % ({low:.0f} to {high:.0f} %)")
