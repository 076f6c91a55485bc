"""A price beyond fifty times its base is told with its place, its week and what binds, and stops comparisons."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from chokepoint.experiments.economics import acts
from chokepoint.experiments.economics.worlds import one_exporter
from chokepoint.experiments.systems.frame.cases import Case, run_cases
from chokepoint.sim.results.run import load_run
from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.scenario.reading import shipped
from chokepoint.sim.simulation import Simulation

STEEP = {
    "choke": 0.05,
    "use_elasticity": 0.05,
    "use_elasticity_long": 0.2,
    "noise_demand": 0.0,
}


def shut(own: float = 6.0) -> Any:
    """Nine tenths of what others use may not leave any more."""
    scenario = one_exporter(own=own)
    return acts.embargo("X", 60, heard=60)(scenario.model_copy(update={"end": date(2013, 1, 6)}))


def test_a_runaway_is_told_with_country_material_day_and_what_binds() -> None:
    run = Simulation(shut(), behaviour=STEEP).run()
    first = run.runaways[0]
    assert first.startswith("replication 0: M1 in ")
    place = first.split(" in ")[1][0]
    level = run.column("price", f"{place} M1")[0]
    week = int(np.argmax(level > 50.0 * level[0]))
    assert f"beyond 50 times its base from {run.start + timedelta(days=7 * week)} on" in first
    assert f"at most {level.max() / level[0]:,.0f} times" in first
    assert "no cargo may leave: X" in first
    assert {line.split(" in ")[1][0] for line in run.runaways} == {"J", "E", "S"}  # not in X, where it is cheap


def test_it_stays_with_the_record_and_stops_comparisons(tmp_path: Any) -> None:
    away, calm = Simulation(shut(), behaviour=STEEP).run(), Simulation(shut(own=50.0), behaviour=STEEP).run()
    assert calm.runaways == []
    kept = load_run(away.save(tmp_path / "kept"))
    assert kept.runaways == away.runaways
    with pytest.raises(BadInput, match="M1 in J: beyond 50 times"):
        calm.compare(kept)
    with pytest.raises(BadInput, match="steep: replication 0: M1 in "):
        run_cases(shut(), [Case("usual"), Case("steep", behaviour=STEEP)], 1, 1)


@pytest.mark.parametrize("name", sorted(shipped()))
def test_no_episode_runs_away(name: str) -> None:
    assert Simulation(name).one().runaways == []
