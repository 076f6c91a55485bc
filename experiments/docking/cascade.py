"""D1: the cascade of trade cuts of Marchand and others, to the last digit."""

from collections.abc import Sequence

import numpy as np

from chokepoint.experiments.docking.docked import Docking, Question, Reply
from chokepoint.experiments.docking.draws import Behaviour
from chokepoint.experiments.economics.asked import Panel
from chokepoint.experiments.systems.frame.cascade import cascade

ROW = ("D1", "cascade")
NETWORKS, COUNTRIES, LINKED = 200, (4, 25), 0.4  # networks; least and most countries; share of pairs that trade
ROUNDS = 2000
NOTHING = 1e-15  # of all use: a deficit that is none
NEGLIGIBLE = 1e-5  # of its use: what a country takes upon itself in the authors' own runs


def network(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A trade network and a loss: production, reserves (t), trade (t, from row to column), loss (t)."""
    count = int(random.integers(*COUNTRIES))
    trade = random.lognormal(0.0, 1.5, (count, count)) * (random.random((count, count)) < LINKED)
    np.fill_diagonal(trade, 0.0)
    production = trade.sum(axis=1) + random.lognormal(1.0, 1.0, count)
    reserves = random.random(count) * production * random.choice([0.0, 0.1, 0.5])
    loss = np.zeros(count)
    hit = int(production.argmax())
    loss[hit] = random.uniform(0.1, 0.9) * production[hit]
    return production, reserves, trade, loss


def by_hand(
    production: np.ndarray, reserves: np.ndarray, trade: np.ndarray, loss: np.ndarray, least: float = 0.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The published rules once more, country by country and link by link: trade, tonnes drawn, tonnes of use lost.

    Each round every country meets its shock from its reserve; who has a shock left is marked, and passes it on in
    proportion to its exports, which shrink, and to its imports from countries that are not marked, which grow, at most
    by what they are. A shock below `least` of what a country still uses stays with it. Source: Marchand and others
    (2016), equations of its supplement.
    """
    count = len(production)
    sent = [list(map(float, row)) for row in trade]
    use = [float(production[i]) + sum(sent[j][i] for j in range(count)) - sum(sent[i]) for i in range(count)]
    left, shock = [float(r) for r in reserves], [float(x) for x in loss]
    drawn, lost, marked = [0.0] * count, [0.0] * count, [False] * count
    size = sum(use)
    for _ in range(ROUNDS):
        parts = []
        for i in range(count):
            own = min(shock[i], left[i])
            left[i], drawn[i], rest = left[i] - own, drawn[i] + own, shock[i] - own
            use[i] -= own
            marked[i] = marked[i] or rest > NOTHING * size
            parts.append(rest)
        share = []
        for i in range(count):
            volume = sum(sent[i]) + sum(sent[j][i] for j in range(count) if not marked[j])
            passed = 0.0 if parts[i] < least * use[i] else min(parts[i], volume)
            lost[i] += parts[i] - passed
            use[i] -= parts[i] - passed
            share.append(passed / volume if volume > 0.0 else 0.0)
        shock = [0.0] * count
        for i in range(count):
            for j in range(count):
                cut, more = share[i] * sent[i][j], 0.0 if marked[i] else share[j] * sent[i][j]
                shock[j] += cut
                shock[i] += more
                sent[i][j] += more - cut
        if sum(shock) <= NOTHING * size:
            break
    return np.array(sent), np.array(drawn), np.array(lost)


def gaps(seed: int = 1) -> dict[str, np.ndarray]:
    """Widest gap of each network between the cascade here and the rules by hand, over all its use: (networks,)."""
    random = np.random.default_rng(seed)
    found: dict[str, list[float]] = {name: [] for name in ("lost", "trade", "negligible", "retries")}
    for _ in range(NETWORKS):
        production, reserves, trade, loss = network(random)
        size = production.sum()
        here = cascade(production, reserves, trade, loss, retries=False)
        again = cascade(production, reserves, trade, loss)
        sent, _, lost = by_hand(production, reserves, trade, loss)
        found["lost"].append(np.abs(here.lost - lost).max() / size)
        found["trade"].append(np.abs(here.trade - sent).max() / size)
        found["retries"].append(np.abs(again.lost - lost).max() / size)
        _, _, lost = by_hand(production, reserves, trade, loss, NEGLIGIBLE)
        found["negligible"].append(np.abs(here.lost - lost).max() / size)
    return {name: np.array(each) for name, each in found.items()}


def make(given: Sequence[Behaviour]) -> Reply:
    """The widest gaps over all networks; there is neither luck nor a parameter in it."""
    found = gaps()
    ranked = {name: np.maximum(np.sort(each), 1e-18) for name, each in found.items()}
    panel = Panel(
        "gap to the published rules", "of all use",
        {"use lost": ranked["lost"], "trade": ranked["trade"], "use lost, small shocks kept": ranked["negligible"]},
        axis="networks, ranked", high=1e-9,
    )  # fmt: skip
    notes = [
        f"with shocks below 1e-5 of use kept, as in the authors' runs, the gap in use lost is"
        f" {found['negligible'].max():.1g}",
        f"as `chokepoint system cascade` reads the rules, where a country that could not pass its whole shock on tries"
        f" again in the next round, it is {found['retries'].max():.2g}, and above 1e-9 in"
        f" {int((found['retries'] > 1e-9).sum())} of {NETWORKS} networks",
    ]
    return Reply({name: np.array([found[name].max()]) for name in ("lost", "trade")}, [panel], notes)


DOCKINGS = (
    Docking(
        *ROW, "Cascade of trade cuts with reserves",
        "Marchand and others (2016), Environmental Research Letters 11, 095009",
        "The rules of the paper written down again country by country, and the cascade of `experiments/systems/frame/`,"
        f" both on {NETWORKS} invented networks of {COUNTRIES[0]} to {COUNTRIES[1] - 1} countries that lose a tenth to"
        " nine tenths of their largest production.",
        "nothing: it has neither luck nor parameters",
        "The cascade is the paper's once a country takes upon itself at once what it cannot pass on"
        " (`retries=False`), as in the authors' program; who was hit once is not asked for more there either. It"
        " docks the algorithm, which has no prices; the market spreads the same cut over all.",
        (
            Question("lost", "widest gap in use lost by a country", None, 1e-9, "of all use", "the same, exactly"),
            Question("trade", "widest gap on a link", None, 1e-9, "of all use", "the same, exactly"),
        ),
        make,
    ),
)  # fmt: skip
