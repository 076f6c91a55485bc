"""From a scenario to a run: the door that Python users and the command line share."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from chokepoint.agents.behaviour import PARAMETERS, behaviour
from chokepoint.sim.engine.rules import RuleSet, code_version
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.recorded import gather
from chokepoint.sim.market.week import phases, rule_set
from chokepoint.sim.network.layout import Layout
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.politics.instruments import known
from chokepoint.sim.politics.told import Told
from chokepoint.sim.results.run import Run
from chokepoint.sim.scenario.acts import in_official_units
from chokepoint.sim.scenario.checks import check_behaviour, unknown_instruments
from chokepoint.sim.scenario.overrides import apply_changes
from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.scenario.reading import load
from chokepoint.sim.scenario.tables import Scenario


def load_scenario(place: str | Path) -> Scenario:
    """The scenario in a folder, or a shipped episode by its name; its acts are those that the simulator knows.

    Raises `BadInput` with every problem found.
    """
    return load(place, known(phases().frame))


def change_scenario(scenario: Scenario, changes: Sequence[str]) -> Scenario:
    """The scenario with `key=value` changes (see `sim/scenario/overrides.py`); `BadInput` lists what cannot be made."""
    return apply_changes(scenario, changes, known(phases().frame))


def _with_own_instruments(scenario: Scenario, rules: RuleSet) -> Scenario:
    """A scenario with mechanisms of its own, its acts checked again now that it is known which these bring."""
    instruments = known(rules.source.frame)
    problems = unknown_instruments(scenario, instruments)
    if problems:
        raise BadInput(problems, "scenario")
    return apply_changes(scenario, (), instruments)


class Simulation:
    """A scenario ready to run.

    scenario: a folder with `scenario.toml`, a shipped episode by its name, or a `Scenario`.
    changes:  `key=value` overrides, one or a sequence of them (see `sim/scenario/overrides.py`).
    behaviour: values for parameters of the behavioural table, by name.
    rules:    replacements such as `{"firm.use": my_use}` or `{"firm.use": "mystudy.py:use"}`.
    seed:     integer; replication i of seed s draws the same luck whatever else changes.

    Raises `BadInput` with every problem found.
    """

    def __init__(
        self,
        scenario: str | Path | Scenario,
        *,
        changes: Sequence[str] = (),
        behaviour: Mapping[str, float] | None = None,
        rules: Mapping[str, str | Callable[..., Any]] | None = None,
        seed: int = 1,
        allow_rules: bool = True,
    ):
        base = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
        changes = (changes,) if isinstance(changes, str) else tuple(changes)
        given = dict(behaviour or {})
        problems = check_behaviour(given, "behaviour")
        if problems:
            raise BadInput(problems, "behaviour")
        base = base.model_copy(update={"behaviour": {**base.behaviour, **given}})
        changed = change_scenario(base, changes)
        if changed.own_code and not allow_rules:
            code = ", ".join(changed.own_code)
            raise BadInput([f"scenario.toml: names code ({code}); add --allow-rules to run it"], "rules")
        # No code of a study's own runs for a scenario that is refused for another reason.
        self.rules = rule_set({**changed.rules, **(rules or {})}, changed.mechanisms)
        self.scenario = _with_own_instruments(changed, self.rules) if changed.mechanisms else changed
        self.changes = changes
        self.seed = int(seed)
        self._layout: Layout | None = None

    def __getstate__(self) -> dict[str, Any]:
        """What it is made again from in another process: its rules travel as places of functions, not as code."""
        rules = {r.rule: f"{r.path}:{r.function}" for r in self.rules.replacements}
        return {"scenario": self.scenario, "changes": self.changes, "seed": self.seed, "rules": rules}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """The other way round; `BadInput` where files of rules and mechanisms are no longer there."""
        self.__dict__.update(state, rules=rule_set(state["rules"], state["scenario"].mechanisms), _layout=None)

    def __repr__(self) -> str:
        changed = f", {len(self.changes)} change{'s' if len(self.changes) > 1 else ''}" if self.changes else ""
        own = f", own code: {', '.join(self.rules.own)}" if self.rules.own else ""
        return f"<Simulation {self.scenario.in_words}; seed {self.seed}{changed}{own}>"

    @cached_property
    def digest(self) -> str:
        """Hash of the resolved scenario with its behaviour."""
        return self.scenario.digest()

    @property
    def layout(self) -> Layout:
        """The structure as arrays, built on first use."""
        if self._layout is None:
            official = in_official_units(self.scenario, known(self.rules.source.frame))
            self._layout = Layout(official, behaviour(**self.scenario.behaviour))
        return self._layout

    @property
    def series(self) -> dict[str, Series]:
        """What a run records, by name."""
        return self.rules.source.frame.series

    @cached_property
    def told(self) -> Told:
        """What is told in the scenario, and what each thing told withholds."""
        return Told(self.layout)

    def world(self, replication: int = 0) -> GovernedWorld:
        """A fresh world at the first week, to step by hand."""
        return GovernedWorld(self.layout, self.told, self.rules, self.seed, replication)

    def identity(self, replications: int = 1) -> str:
        """Hash of the resolved scenario, parameters, rules, code, seed and number of replications."""
        text = json.dumps([self.digest, self.rules.identity, code_version(), self.seed, replications])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def manifest(self, replications: int) -> dict[str, Any]:
        """What is stored with every result."""
        from importlib.metadata import version

        own = {
            name: value for name, value in self.scenario.behaviour.items() if value != PARAMETERS[name].default
        }  # fmt: skip
        return {
            "identity": self.identity(replications), "scenario": self.scenario.name, "title": self.scenario.title,
            "scenario_digest": self.digest, "code": code_version(), "rules": self.rules.names(),
            "mechanisms": [Path(file).name for file in self.scenario.mechanisms],
            "seed": self.seed, "replications": replications, "changes": list(self.changes), "behaviour": own,
            "versions": {"python": platform.python_version(), **{name: version(name) for name in ("numpy", "numba")}},
        }  # fmt: skip

    def one(self, replication: int = 0, look: Callable[[GovernedWorld], None] | None = None) -> Run:
        """The record of one replication by its number; a fault raises `ArithmeticError`.

        look: called before every week and at the end, to read what the record does not hold.
        """
        world = self.world(replication)
        while look is not None and world.step < world.calendar.steps:
            look(world)
            world.advance(world.step + 1)
        world.run()
        if look is not None:
            look(world)
        if faults := world.check():
            raise ArithmeticError("\n".join(faults))
        told = {"seed": self.seed, "replication": replication, "changes": list(self.changes)}
        return gather([world], {**told, "behaviour": dict(self.scenario.behaviour)})

    def run(
        self, replications: int = 1, *, check: bool = False, progress: Callable[[int, int], None] | None = None,
        sample: Sequence[Mapping[str, float]] | None = None,
    ) -> Run:  # fmt: skip
        """Run `replications` (numbered from 0) and return their record.

        With `sample`, replication i takes the i-th set of behavioural values of it, again from the first when
        they run out: bands then show what is not known of the parameters as well as luck.

        With `check`, mass, money and signs are tested every week; a fault raises `ArithmeticError`.
        """
        if replications < 1:
            raise BadInput([f"replications: {replications} must be at least 1"])
        worlds = []
        for i in range(replications):
            world = self.world(i) if sample is None else self._with(sample[i % len(sample)]).world(i)
            if check:
                _run_checked(world)
            else:
                world.run()
            faults = world.check()
            if faults:
                raise ArithmeticError("\n".join(faults))
            worlds.append(_light(world))
            if progress is not None:
                progress(i + 1, replications)
        return gather(worlds, {**self.manifest(replications), "posterior": sample is not None})

    def _with(self, values: Mapping[str, float]) -> Simulation:
        given = {**self.scenario.behaviour, **values}
        other = Simulation(self.scenario, behaviour=given, seed=self.seed)
        other.rules = self.rules
        return other


def _run_checked(world: GovernedWorld) -> None:
    while world.step < world.calendar.steps:
        world.advance(world.step + 1)
        faults = world.check()
        if faults:
            raise ArithmeticError("\n".join(faults))


def _light(world: GovernedWorld) -> GovernedWorld:
    """A finished world without the arrays that only a running one needs."""
    world.S = world.S._replace(pipe=None)
    return world
