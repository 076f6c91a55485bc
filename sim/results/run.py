"""A run that can be drawn, saved and read back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chokepoint.sim.results import storage
from chokepoint.sim.results.record import Recorded

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Run(Recorded):
    """What a simulation returns: `series`, `compare`, `plot`, `save`."""

    def __repr__(self) -> str:
        made = f"{self.replications} replication{'s' if self.replications != 1 else ''} of {self.steps} steps"
        return f"<Run of {self.name}: {made} from {self.start}, {len(self.arrays)} series; {self.title}>"

    def plot(self, folder: str | Path | None = None) -> list[Path] | Figure:
        """Draw the run: the price figure, or all figures of `figures.py` into `folder` (PNG)."""
        from chokepoint.sim.results import figures

        return figures.prices(self) if folder is None else figures.save_all(self, folder)

    def save(self, folder: str | Path, *, csv: bool = False) -> Path:
        """Write the run to a folder, whole or not at all, on request as CSV too (see `storage.py`)."""
        return storage.save(self, folder, csv=csv)


def load_run(folder: str | Path) -> Run:
    """Read a saved run back; `BadInput` says what is missing or damaged."""
    run = Run.__new__(Run)
    run.__dict__.update(vars(storage.read(folder)))
    return run
