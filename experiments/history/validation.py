"""Whether a scenario holds: all of it where its own code may run, else what can be told without running any."""

from collections.abc import Sequence
from dataclasses import dataclass

from chokepoint.agents.behaviour import behaviour
from chokepoint.experiments.history.catalogue import Episode
from chokepoint.sim.market.week import phases
from chokepoint.sim.network.layout import Layout
from chokepoint.sim.politics.instruments import known
from chokepoint.sim.scenario.checks import check_behaviour
from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.scenario.tables import Scenario
from chokepoint.sim.simulation import change_scenario


@dataclass(frozen=True)
class Valid:
    """A scenario without a problem: how many agents, links and rows it has, and what was not looked at."""

    sizes: dict[str, int]
    not_looked_at: tuple[str, ...] = ()


def validate(place: Episode, changes: Sequence[str] = (), allow_rules: bool = False) -> Valid:
    """Check an episode with these changes; `BadInput` lists every problem.

    allow_rules: whether code that its scenario names may be run, which alone tells whether that code fits.
    """
    plain = place.scenario()
    skipped = () if allow_rules else not_looked_at(plain)
    if skipped:
        scenario, layout = _read_only(place, changes)
    else:
        simulation = place.simulation(changes=changes, allow_rules=allow_rules)
        scenario, layout = simulation.scenario, simulation.layout
    return Valid({**layout.summary(), **scenario.counts(), "facts": len(place.facts.facts)}, skipped)


def not_looked_at(scenario: Scenario) -> tuple[str, ...]:
    """What of a scenario hangs on its own code: the files, and acts of instruments that only they can bring."""
    shipped = known(phases().frame)
    acts = [f"act {event.id} ({event.instrument})" for event in scenario.events if event.instrument not in shipped]
    return (*scenario.own_code, *acts) if scenario.own_code else ()


def _read_only(place: Episode, changes: Sequence[str]) -> tuple[Scenario, Layout]:
    """The scenario as it is read and its structure, made without running any code of its own."""
    if problems := check_behaviour(place.behaviour, "behaviour"):
        raise BadInput(problems, "behaviour")
    plain = place.scenario()
    given = plain.model_copy(update={"behaviour": {**plain.behaviour, **place.behaviour}})
    scenario = change_scenario(given, (*place.changes, *changes))
    return scenario, Layout(scenario, behaviour(**scenario.behaviour))
