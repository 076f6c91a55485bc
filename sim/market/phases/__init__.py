"""The week: a table of phases over the arrays of `sim/market/state.py`, and the loop that runs them.

Phases are pure Python and take the same arguments: step, length of the step in years, then behaviour P,
structure N, influences X, instruments I, state S, record R. Rules come in by name at the top of each file.
`sim/engine/phase_source.py` makes one module for numba of the files named here, in which a study's own rules may stand.
"""

from chokepoint.sim.market.phases.backing import backing, offtakes
from chokepoint.sim.market.phases.demand import arrivals, beliefs, consumption, orders
from chokepoint.sim.market.phases.prices import memories, prices, record
from chokepoint.sim.market.phases.reserves import releases, watching
from chokepoint.sim.market.phases.supply import investment, mining, refining, thrift
from chokepoint.sim.market.phases.trade import customs, licences, rationing, shipping, sourcing

FILES = ("accounts", "demand", "reserves", "trade", "supply", "prices", "backing")

# The order of the week.
PHASES = (
    arrivals, consumption, beliefs, orders, offtakes, sourcing, rationing, shipping, customs, releases, watching,
    licences, refining, mining, prices, memories, thrift, backing, investment, record,
)  # fmt: skip


def run_steps(start, stop, dt, P, N, X, I, S, R):
    """Run the phases from step `start` up to, not including, `stop`."""
    for t in range(start, stop):
        for phase in PHASES:
            phase(t, dt, P, N, X, I, S, R)
