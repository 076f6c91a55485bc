"""Why a price is what it is, and why an agent did what it did: decisions in one run, each with what was observed, the
options, the choice and the reason. States report their own; for prices, firms, refiners and mines the rules of the run
are called again in Python on the numbers of that week, and must give what the run did."""

from collections.abc import Callable
from datetime import date
from functools import partial

from chokepoint.experiments.telling.trace.entry import Entry
from chokepoint.experiments.telling.trace.firms import FirmWatch
from chokepoint.experiments.telling.trace.mines import MineWatch
from chokepoint.experiments.telling.trace.prices import PriceWatch
from chokepoint.experiments.telling.trace.refiners import RefinerWatch
from chokepoint.experiments.telling.trace.states import StateWatch
from chokepoint.experiments.telling.trace.watch import Watch, follow
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.scenario.problems import BadInput, nearest
from chokepoint.sim.simulation import Simulation

__all__ = ["Entry", "everybody", "trace"]

PRICE_IN = "spot price in "  # begins the name by which the prices of a country are traced
Maker = Callable[..., Watch]  # from a world, its rules and the material to tell of


def everybody(world: GovernedWorld) -> dict[str, list[Maker]]:
    """Who and what can be traced, by name: states, firms, stores of reserves, refiners, mines, and the spot prices in
    every country that has a market (`spot price in Japan`); a name may stand for several."""
    found: dict[str, list[Maker]] = {}
    for state in world.politics.everybody:
        found.setdefault(state.name, []).append(partial(StateWatch, state=state.name))
    kinds: list[tuple[list[str], Maker]] = [
        (world.layout.firms, FirmWatch), (world.layout.refiners, RefinerWatch), (world.mines, MineWatch)
    ]  # fmt: skip
    for names, kind in kinds:
        for i, name in enumerate(names):
            found.setdefault(name, []).append(partial(kind, index=i))
    for i, name in enumerate(world.countries):
        if (world.N.q_of[i] >= 0).any():
            found[PRICE_IN + name] = [partial(PriceWatch, index=i)]
    return found


def trace(
    simulation: Simulation,
    agent: str,
    *,
    material: str | None = None,
    first: date | None = None,
    last: date | None = None,
    every: int = 4,
    replication: int = 0,
    strict: bool = True,
) -> list[Entry]:
    """The decisions of one agent in one run, or how the prices of a country came about, in the order of days.

    agent: a name as `chokepoint show` and the tables of the scenario give it, or `spot price in COUNTRY`; case does not
    matter. material: tell of this one only (a mine ships all materials of its ore). first, last: days of the span that
    is told of, by default the whole run; the run begins at its own start all the same. every: weeks from one look to
    the next at a price, firm, refiner or mine; states are told of whenever they decide. replication: number, from 0.
    strict: whether a fault of the trace ends it; else it takes the place of the one entry that it belongs to.

    `BadInput` names an unknown agent or material with the nearest ones, and days outside the run. `ArithmeticError`
    when a rule called again does not give what the run did, and the trace is strict.
    """
    world = simulation.world(replication)
    known = everybody(world)
    names = {name.lower(): name for name in known}
    problems = []
    name = names.get(agent.lower())
    if name is None:
        idle = agent.lower() in {c.lower() for c in world.countries}
        why = "decides nothing in this scenario" if idle else "unknown"
        problems.append(f"--agent {agent}: {why} ({nearest(agent, known)})")
    if material is not None and material not in world.materials:
        problems.append(f"--material {material}: unknown ({nearest(material, world.materials)})")
    calendar = world.calendar
    start, stop = calendar.step_of(first or calendar.start), calendar.step_of(last or calendar.end) + 1
    if start < 0 or stop > calendar.steps or start >= stop:
        problems.append(f"--from, --to: give two days in order between {calendar.start} and {calendar.end}")
    if every < 1:
        problems.append(f"--every {every}: must be at least 1 week")
    if replication < 0:
        problems.append(f"--replication {replication}: must be at least 0")
    if problems or name is None:
        raise BadInput(problems, "trace")
    rules = simulation.rules.functions()
    watches = [make(world, rules, material=material) for make in known[name]]
    for watch in watches:
        watch.strict = strict
    follow(world, watches, stop, range(start, stop), range(start, stop, every))
    found = [entry for watch in watches for entry in watch.entries]
    return found if len(watches) == 1 else sorted(found, key=lambda entry: entry.day)
