"""Studies: a file (`study.py`) held against its scenario (`plan.py`, `kept.py`, `analysed.py`), its design
(`designs.py`), the folder of its runs (`folder.py`), what a paper needs (`paper.py`), an archive for deposit
(`bundle.py`)."""

from chokepoint.experiments.sweep.folder import Sweep, sweep

__all__ = ["Sweep", "sweep"]
