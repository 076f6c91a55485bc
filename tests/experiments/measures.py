"""Measures for the tests of the runner: functions of a run that workers find by name."""

import os
import time

from chokepoint.experiments.history.catalogue import Episode
from chokepoint.sim.results.run import Run


def ends(run: Run, episode: Episode) -> dict[str, float]:
    """The last outside price and the last use."""
    return {"price": float(run.arrays["price_outside"][0, -1, 0]), "used": float(run.arrays["use"][0, -1].sum())}


def luck(run: Run, episode: Episode) -> dict[str, float]:
    """What a run was: its replication's first use, which depends on its luck alone."""
    return {"noise": float(run.arrays["use"][0, 0].sum())}


def slow(run: Run, episode: Episode) -> dict[str, float]:
    """The same as `ends`, a little later."""
    time.sleep(0.3)
    return ends(run, episode)


def deadly(run: Run, episode: Episode) -> dict[str, float]:
    """Kills the process of the second point."""
    if run.manifest["behaviour"]["use_elasticity"] == 0.08:  # type: ignore[index]
        os._exit(9)
    return ends(run, episode)


def late(run: Run) -> float:
    """The replication's number, a little later; fails for the second where the environment asks for it."""
    time.sleep(0.25)
    replication = run.manifest["replication"]
    assert isinstance(replication, int)
    if replication == 1 and os.environ.get("CHOKEPOINT_TEST_FAILS"):
        raise ValueError("asked to fail")
    return float(replication)
