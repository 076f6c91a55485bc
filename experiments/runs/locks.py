"""Who may work in the folder of a batch: locks that end with the process that holds them.

    .lock        one process that runs all of the batch or changes it, or several that run a shard each
    .lock-i-n    the one that runs the i-th of n shards
    .lock-merge  the one that joins tables; others wait

On a disk that knows no locks nobody is kept out.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chokepoint.sim.scenario.problems import BadInput

WHOLE, MERGE = ".lock", ".lock-merge"


@contextmanager
def _held(path: Path, kind: int) -> Iterator[None]:
    with path.open("a") as file:
        try:
            fcntl.flock(file, kind)
        except BlockingIOError:
            raise BadInput([f"{path.parent}: another process is running it"], "batch") from None
        except OSError:  # no locks on this disk
            pass
        yield


@contextmanager
def alone(folder: str | Path) -> Iterator[None]:
    """Nobody else runs any of the batch meanwhile; `BadInput` where somebody does."""
    with _held(Path(folder) / WHOLE, fcntl.LOCK_EX | fcntl.LOCK_NB):
        yield


@contextmanager
def running(folder: str | Path, shard: tuple[int, int]) -> Iterator[None]:
    """Nobody else runs this shard, or all of the batch, meanwhile; `BadInput` where somebody does."""
    if shard[1] == 1:
        with alone(folder):
            yield
    else:
        with (
            _held(Path(folder) / WHOLE, fcntl.LOCK_SH | fcntl.LOCK_NB),
            _held(Path(folder) / f"{WHOLE}-{shard[0]}-{shard[1]}", fcntl.LOCK_EX | fcntl.LOCK_NB),
        ):
            yield


@contextmanager
def merging(folder: str | Path) -> Iterator[None]:
    """One process at a time: it would take files away that another one has read and not yet written."""
    with _held(Path(folder) / MERGE, fcntl.LOCK_EX):
        yield


def busy(folder: str | Path) -> bool:
    """Whether a process of this machine runs the batch or a shard of it."""
    for path in Path(folder).glob(f"{WHOLE}*"):
        with path.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return True
    return False
