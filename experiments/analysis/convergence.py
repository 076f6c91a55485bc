"""Was the design large enough? Indices on growing parts of it, and a verdict by a stated rule."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas

# Change from half the design to all of it, and width of an interval, that count as settled; as shares of the variance
# (Sobol) or of the largest effect (Morris). An index below SMALL screens its factor out.
CHANGE, WIDTH, SMALL = 0.05, 0.10, 0.05

Values = tuple[np.ndarray, np.ndarray]  # value and half-width of its interval: (factors,) each


@dataclass(frozen=True)
class Convergence:
    """What growing parts of a design say of one index.

    table: size (base samples or trajectories), factor, value, low, high; index: its name; values, ranking, screening:
    what has settled; verdict: the same in words with the numbers behind it.
    """

    index: str
    table: "pandas.DataFrame"
    largest_change: float
    widest: float
    values: bool
    ranking: bool
    screening: bool
    verdict: str


def convergence(
    index: str, names: Sequence[str], size: int, part: Callable[[int], Values], *, change: float = CHANGE,
    width: float = WIDTH, relative: bool = False, of: str = "base samples",
) -> Convergence:  # fmt: skip
    """Judge an index on a quarter, half and all of a design.

    The rule follows Sarrazin, Pianosi and Wagener (2016), who tell apart three things that settle one after the other:
    screening (the widest interval of an index below 0.05 is at most `width`), ranking (factors whose intervals do not
    overlap stand in the same order at half the design), values (no index moves by more than `change` from half the
    design to all of it, and no interval is wider than `width`). They ask for a width of 0.05; the default of 0.10 is
    what a model of agents can afford. With `relative` change and width are shares of the largest index.

    part: value and half-width of each factor from the first n of the `size` base samples or trajectories.
    """
    import pandas as pd

    sizes = sorted({n for n in (size // 4, size // 2, size) if n >= 2})
    found = {n: part(n) for n in sizes}
    table = pd.DataFrame(
        [
            (n, name, value, value - half, value + half)
            for n, (values, halves) in found.items()
            for name, value, half in zip(names, values, halves, strict=True)
        ],
        columns=["size", "factor", "value", "low", "high"],
    )
    if size < 4:
        nan = float("nan")
        verdict = f"cannot be told: {size} {of} have no half"
        return Convergence(index, table, nan, nan, False, False, False, verdict)
    (before, _), (values, halves) = found[size // 2], found[size]
    scale = float(np.max(np.abs(values))) if relative else 1.0
    scale = scale if scale > 0.0 else 1.0
    largest, widest = float(np.max(np.abs(values - before))) / scale, float(np.max(2.0 * halves)) / scale
    small = values / scale < SMALL
    screening = not small.any() or float(np.max(2.0 * halves[small])) / scale <= width
    apart = values[:, None] - halves[:, None] > values[None, :] + halves[None, :]
    ranking = bool((before[:, None] > before[None, :])[apart].all())
    settled = largest <= change and widest <= width
    unit = " of the largest" if relative else ""
    words = [
        f"{index} {'has' if settled else 'has not'} converged: its largest change from {size // 2} to {size} {of} is "
        f"{largest:.3f}{unit} (limit {change:g}), its widest interval {widest:.3f}{unit} (limit {width:g})",
        f"ranking {'holds' if ranking else 'changes'}",
        f"screening {'holds' if screening else 'is not sharp'}",
    ]
    return Convergence(index, table, largest, widest, settled, ranking, bool(screening), "; ".join(words))
