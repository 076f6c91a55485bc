"""What a run leaves behind: named series with units, read by week, month, quarter or year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from chokepoint.sim.scenario.problems import BadInput, nearest

if TYPE_CHECKING:
    from pathlib import Path

    import pandas
    from matplotlib.figure import Figure

    from chokepoint.sim.network.layout import Layout
    from chokepoint.sim.market.world import World


@dataclass(frozen=True)
class Series:
    """A recorded quantity: unit, what its columns are, whether months add up or average, and meaning."""

    unit: str
    columns: str
    adds: bool
    meaning: str


SERIES: dict[str, Series] = {
    "price_outside": Series("USD/kg", "material", False, "price outside the exporting states"),
    "price_inside": Series("USD/kg", "material", False, "price inside the first exporting state, home taxes included"),
    "licence_price": Series("USD/kg gross", "zone", False, "rent that licence holders ask, weighted by what they ship"),
    "exports": Series("t gross", "country", True, "legal exports of forms under the quota, by destination"),
    "exports_open": Series("t gross", "country", True, "legal exports of forms outside the quota, by destination"),
    "leaked": Series("t gross", "country", True, "smuggled exports, by destination"),
    "licence_used": Series("t gross", "refiner", True, "licences used, by holder"),
    "waiting": Series("t gross", "country", False, "cargo held at the border, by destination"),
    "imports": Series("t gross", "route", True, "arrivals by destination and origin"),
    "use": Series("t", "country", True, "material used"),
    "scrap": Series("t", "country", True, "material recovered by users from new and old scrap"),
    "shortfall": Series("t", "country", True, "material wanted and not there to use"),
    "stock": Series("t", "country-material", False, "stocks of firms and traders"),
    "use_by_material": Series("t", "country-material", True, "material used"),
    "reserve": Series("t", "country-material", False, "stocks of state reserves"),
    "believed_reserve": Series("t", "country-material", False, "what others believe state reserves to hold"),
    "released": Series("t", "country-material", True, "let go by state reserves"),
    "relief": Series("t", "country", True, "received from state reserves, own and allied, by firms"),
    "reserve_spent": Series("thousand USD", "country", True, "paid for state reserves less what releases brought in"),
    "lost_value": Series("thousand USD", "country", True, "value added lost for want of material"),
    "bill": Series("thousand USD", "country", True, "paid by firms for material, less what their traders sold"),
    "risk": Series("share", "country", False, "mean perceived risk of firms, 0 to 1"),
    "mined": Series("t", "mine", True, "mine output, contained oxide"),
    "defaulted": Series("1 or 0", "mine", False, "whether a mine has defaulted"),
    "refined": Series("t", "refiner", True, "feed run by refiners"),
    "discarded": Series("t", "material", True, "surplus joint product discarded"),
    "export_tax": Series("thousand USD", "zone", True, "export tax paid"),
    "rent": Series("thousand USD", "zone", True, "rent of legal exporters: price abroad less home price, tax, freight"),
    "aid": Series("thousand USD", "country", True, "paid by a state to mines and refiners, less what came back"),
    "orders": Series("t", "stage", True, "orders: users to sellers, refiners receive, mines receive"),
}  # fmt: skip


def columns_of(layout: Layout, kind: str) -> list[str]:
    """The column names of a series."""
    countries, materials = layout.countries, layout.materials
    return {
        "material": materials,
        "zone": layout.zones[1:],
        "country": countries,
        "refiner": layout.refiners,
        "mine": layout.mines,
        "route": [f"{d} from {o}" for d in countries for o in countries],
        "country-material": [f"{c} {m}" for c in countries for m in materials],
        "stage": ["users", "refiners", "mines"],
    }[kind]


def values_of(world: World, name: str) -> np.ndarray:
    """One series of one run as (steps, columns)."""
    R = world.R
    steps = len(R.use)
    flat = {
        "price_outside": lambda: R.price[:, 0],
        "price_inside": lambda: R.price[:, 1] if R.price.shape[1] > 1 else R.price[:, 0],
        "licence_price": lambda: R.ask[:, 1:],
        "exports": lambda: R.exports.sum(axis=1),
        "exports_open": lambda: R.exports_open.sum(axis=1),
        "leaked": lambda: R.leaked.sum(axis=1),
        "licence_used": lambda: R.licence_used,
        "waiting": lambda: R.queue.sum(axis=1),
        "imports": lambda: R.arrivals.reshape(steps, -1),
        "use": lambda: R.use,
        "scrap": lambda: R.scrap,
        "shortfall": lambda: R.shortfall,
        "stock": lambda: R.stock.reshape(steps, -1),
        "use_by_material": lambda: R.use_material.reshape(steps, -1),
        "reserve": lambda: R.held.reshape(steps, -1),
        "believed_reserve": lambda: R.seen.reshape(steps, -1),
        "released": lambda: R.released.reshape(steps, -1),
        "relief": lambda: R.relief,
        "reserve_spent": lambda: R.reserve_spent,
        "lost_value": lambda: R.lost_value,
        "bill": lambda: R.bill,
        "risk": lambda: R.risk,
        "mined": lambda: R.mined,
        "defaulted": lambda: R.defaulted,
        "refined": lambda: R.refined,
        "discarded": lambda: R.discarded,
        "export_tax": lambda: R.tax[:, 1:],
        "rent": lambda: R.rent[:, 1:],
        "orders": lambda: R.orders,
        "aid": lambda: R.aid,
    }
    return np.asarray(flat[name]())


class Run:
    """The recorded series of all replications of one scenario under one set of rules and behaviour."""

    def __init__(
        self, name: str, title: str, start: date, step_days: float, columns: dict[str, list[str]],
        arrays: dict[str, np.ndarray], manifest: dict[str, object],
    ):  # fmt: skip
        self.name = name
        self.title = title
        self.start = start
        self.step_days = step_days
        self.columns = columns
        self.arrays = arrays  # series -> (replications, steps, columns)
        self.manifest = manifest

    @property
    def replications(self) -> int:
        return int(next(iter(self.arrays.values())).shape[0])

    @property
    def steps(self) -> int:
        return int(next(iter(self.arrays.values())).shape[1])

    def _series(self, name: str) -> Series:
        if name not in self.arrays:
            raise BadInput([f"series {name!r} is not recorded ({nearest(name, self.arrays)})"])
        return SERIES[name]

    def column(self, name: str, column: str) -> np.ndarray:
        """One column of one series: (replications, steps)."""
        self._series(name)
        if column not in self.columns[name]:
            raise BadInput([f"series {name!r} has no column {column!r} ({nearest(column, self.columns[name])})"])
        return np.asarray(self.arrays[name][:, :, self.columns[name].index(column)])

    def step_of(self, day: date) -> int:
        return int((day - self.start).days // self.step_days)

    def mean(self, name: str, column: str, first: date, last: date) -> np.ndarray:
        """Mean over the steps that overlap two days: (replications,)."""
        i = min(max(self.step_of(first), 0), self.steps - 1)
        j = min(max(self.step_of(last), i), self.steps - 1)
        return self.column(name, column)[:, i : j + 1].mean(axis=1)

    def total(self, name: str, columns: str | list[str], first: date, last: date) -> np.ndarray:
        """Sum of columns (or of `all`) between two days, weeks at the edges counted by their days: (replications,)."""
        names = self.columns[name] if columns == "all" else [columns] if isinstance(columns, str) else columns
        data = np.sum([self.column(name, c) for c in names], axis=0) + np.zeros((self.replications, self.steps))
        i, j = self.step_of(first), self.step_of(last)
        days = (last - first).days + 1
        low, high = max(i, 0), min(j, self.steps - 1)
        weights = np.ones(high - low + 1)
        if i >= 0:
            weights[0] -= ((first - self.start).days - i * self.step_days) / self.step_days
        if j < self.steps:
            weights[-1] -= ((j + 1) * self.step_days - (last - self.start).days - 1) / self.step_days
        return np.asarray((data[:, low : high + 1] * weights).sum(axis=1)) if days > 0 else np.zeros(len(data))

    def series(self, name: str, freq: str = "week", replication: int | None = None) -> pandas.DataFrame:
        """One series as a DataFrame: index date, one column per key; the mean over replications, or one.

        `freq` is week, month, quarter or year; flows are added up, levels averaged. The unit stands in
        `.attrs["unit"]`.
        """
        import pandas as pd

        info = self._series(name)
        rules = {"week": None, "month": "MS", "quarter": "QS", "year": "YS"}
        if freq not in rules:
            raise BadInput([f"freq {freq!r} ({nearest(freq, rules)})"])
        data = self.arrays[name].mean(axis=0) if replication is None else self.arrays[name][replication]
        days = pd.to_datetime([self.start + pd.Timedelta(days=int(t * self.step_days)) for t in range(self.steps)])
        frame = pd.DataFrame(data, index=pd.Index(days, name="week of"), columns=self.columns[name])
        rule = rules[freq]
        if rule is not None:
            grouped = frame.resample(rule)
            frame = grouped.sum() if info.adds else grouped.mean()
        frame.attrs["unit"] = info.unit
        frame.attrs["meaning"] = info.meaning
        return frame

    def compare(self, other: Run, name: str = "price_outside") -> pandas.DataFrame:
        """Paired difference other - self of one series, mean over common replications."""
        n = min(self.replications, other.replications)
        mine = [self.series(name, replication=i) for i in range(n)]
        theirs = [other.series(name, replication=i) for i in range(n)]
        return sum((b - a for a, b in zip(mine, theirs, strict=True)), start=0 * mine[0]) / n

    def plot(self, folder: str | Path | None = None) -> list[Path] | Figure:
        """Draw the run: the price figure, or all figures of `sim/results/figures.py` into `folder` (PNG)."""
        from chokepoint.sim.results import figures

        return figures.prices(self) if folder is None else figures.save_all(self, folder)

    def save(self, folder: str | Path, *, csv: bool = False) -> Path:
        """Write the run to a folder, whole or not at all, on request as CSV too (see `sim/results/storage.py`)."""
        from chokepoint.sim.results.storage import save

        return save(self, folder, csv=csv)


def gather(worlds: list[World], manifest: dict[str, object]) -> Run:
    """The run made of finished worlds that share a layout."""
    layout = worlds[0].layout
    columns = {name: list(columns_of(layout, info.columns)) for name, info in SERIES.items()}
    arrays = {name: np.stack([values_of(w, name) for w in worlds]) for name in SERIES}
    scenario = layout.scenario
    return Run(scenario.name, scenario.title, scenario.start, scenario.choices.step_days, columns, arrays, manifest)
