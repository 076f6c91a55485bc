"""Does the model know elements apart? Some predict the others, and histories that are exchanged fit worse.

Elements of one ore share mines, acts and behaviour, and differ by price, use and place in the basket alone. So a fit to
some of them predicts the others (X5), and a history in which the paths of elements are exchanged should fit worse than
the true one, after a new search as well (X6).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import permutations
from math import log
from pathlib import Path
from typing import Any

import numpy as np

from chokepoint.experiments.history.observed import History, prices_outside
from chokepoint.experiments.inference import least_squares
from chokepoint.experiments.inference.objective import Problem, Target
from chokepoint.experiments.inference.recovery import AtHand
from chokepoint.sim.engine.files import write_whole
from chokepoint.sim.scenario.problems import BadInput, nearest
from chokepoint.sim.scenario.tables import Scenario


def predicted(problem: Problem, seen: Sequence[str], evaluations: int, first: date) -> dict[str, Any]:
    """Fit prices outside of the elements that are seen from a day on, and predict those of all others.

    The rms error of ln by element, fitted and predicted, under the fit and at the medians of the priors; `BadInput` for
    an element without a scored price.
    """
    target = Target(problem)
    history = _from(_prices(target), first)
    known = list(dict.fromkeys(d.item for d in history.data))
    if unknown := [f"{name}: has no scored price ({nearest(name, known)})" for name in seen if name not in known]:
        raise BadInput(unknown, "elements")
    target.episodes[0].facts.__dict__["history"] = _only(history, seen)
    search: Any = AtHand(target)
    found = least_squares.descend(search, 0, problem.unit({}), evaluations)
    rows: dict[str, Any] = {"values": found.values, "objective": found.objective}
    for name, values in (("fitted", found.values), ("prior", problem.values(problem.unit({})))):
        run = target.episodes[0].simulation(behaviour=values, seed=problem.seed).run(problem.replications)
        error = history.logs(run).mean(axis=0) - history.observed
        rows[name] = {
            item: float(np.sqrt(np.mean(error[[d.item == item for d in history.data]] ** 2))) for item in known
        }
        unseen = np.array([d.item not in seen for d in history.data])
        rows[f"{name}_unseen"] = float(np.sqrt(np.mean(error[unseen] ** 2))) if unseen.any() else float("nan")
    return rows


def swapped(
    problem: Problem, items: Sequence[str], evaluations: int, first: date, folder: Path,
    tell: Callable[[str], None] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Search anew under every exchange of the paths of these elements: the best objective of each, the true one first.

    A path is ln of price over that of the base year, so that levels are not exchanged. `swap.json` in `folder` keeps
    what is done. `BadInput` where the folder holds another swap.
    """
    described = {"problem": repr(problem), "items": list(items), "evaluations": evaluations, "first": str(first)}
    path = folder / "swap.json"
    rows: list[dict[str, Any]] = []
    if path.is_file():
        kept = json.loads(path.read_text(encoding="utf-8"))
        if {k: kept.get(k) for k in described} != described:
            raise BadInput([f"{folder}: holds another swap"], "swap")
        rows = kept["rows"]
    folder.mkdir(parents=True, exist_ok=True)
    orders = list(permutations(items))
    for order in orders[len(rows) :]:
        target = Target(problem)
        base = base_prices(target.scenarios[0])
        into = dict(zip(items, order, strict=True))
        target.episodes[0].facts.__dict__["history"] = exchanged(
            _only(_from(_prices(target), first), items), into, base
        )
        search: Any = AtHand(target)
        found = least_squares.descend(search, 0, problem.unit({}), evaluations)
        rows.append({"order": list(order), "first": found.first, "objective": found.objective})
        write_whole(path, json.dumps({**described, "rows": rows}, indent=1))
        if tell is not None:
            tell(f"{len(rows)} of {len(orders)}: {' '.join(order)} {found.objective:.1f}")
    return rows


def base_prices(scenario: Scenario) -> dict[str, float]:
    """Prices outside in the base year by material, USD/kg."""
    return {row.key: row.value for row in scenario.base_year if row.item == "price_outside"}


def exchanged(history: History, into: Mapping[str, str], base: Mapping[str, float]) -> History:
    """History in which the path of each element is that of another: `into` says whose place it takes."""
    data = []
    for d in history.data:
        name = into.get(d.item, d.item)
        level = log(base[name] / base[d.item]) if name != d.item else 0.0
        data.append(replace(d, item=name, weights=((name, 1.0),) if name != d.item else d.weights,
                            log_value=d.log_value + level))  # fmt: skip
    return History(data, history.residuals)


def _prices(target: Target) -> History:
    """Scored prices outside of the materials of the first episode."""
    episode = target.episodes[0]
    history = prices_outside(episode.folder, [m.material for m in target.scenarios[0].materials])
    if history is None:
        raise BadInput([f"{episode.name}: has no scored prices outside"], "elements")
    return history


def _from(history: History, first: date) -> History:
    return History([d for d in history.data if d.first >= first], history.residuals)


def _only(history: History, items: Sequence[str]) -> History:
    return History([d for d in history.data if d.item in items], history.residuals)
