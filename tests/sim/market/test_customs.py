"""The line at customs: what waited leaves in turn, and fresh cargo need not wait for it."""

from datetime import date

import numpy as np

from chokepoint.sim import Simulation
from tests.builders import event, world_scenario

HEADROOM = 1.5


def test_what_waited_leaves_at_the_pace_of_the_counter() -> None:
    first, last = date(2011, 1, 3), date(2011, 6, 27)
    slow = event("inspection.x", first, "inspection", 100.0, target="Importia", end=last, unit="% of cargos")
    scenario = world_scenario(events=[slow], end=date(2012, 12, 30), noise=False)
    values = {"clearance_headroom": HEADROOM, "bond_weeks": 12.0}
    world = Simulation(scenario, behaviour=values).world(0)
    N = world.N
    z, c = 1, world.countries.index("Importia")
    usual = N.base_export[z, c] * world.dt
    start, end = world.calendar.step_of(first), world.calendar.step_of(last)
    world.run()
    exports = world.R.exports[:, z, c] + world.R.exports_open[:, z, c]
    waiting = world.R.queue[:, z, c]
    # every cargo opened instead of a tenth: a tenth of what could pass
    assert np.allclose(exports[start + 1 : end], 0.1 * HEADROOM * usual, rtol=1e-6)
    assert waiting[end - 1] > 8.0 * usual
    backlog = np.flatnonzero(waiting[end + 1 :] <= 1e-9)[0]
    assert backlog >= 4  # some eight weeks of cargo, worked off at one and a half weeks a week
    cleared = waiting[end : end + backlog] - waiting[end + 1 : end + 1 + backlog]
    assert (cleared <= HEADROOM * usual * (1.0 + 1e-6)).all()
    assert np.allclose(cleared[1:-1], HEADROOM * usual, rtol=1e-6)
    assert not world.check()
