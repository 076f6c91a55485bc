"""What an ablation takes out of an episode and what it looks at: the table [ablation] of `facts.toml`.

Mechanisms that every episode has are switches of behaviour and stand here; acts and news that are taken out as one
belong to an episode.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chokepoint.agents.behaviour import NOISE_OFF, PARAMETERS
from chokepoint.experiments.history.run_statistics import STATISTICS, spans
from chokepoint.sim.results.run import Run
from chokepoint.sim.scenario.problems import nearest

KEYS = ("carried_by", "mechanism", "outcome")
MECHANISM_KEYS = ("name", "title", "changes", "within")
OUTCOME_KEYS = ("name", "title", "statistic", "with", "each", "log", "detail", "rise_from")


@dataclass(frozen=True)
class Mechanism:
    """How a mechanism is taken out: changes of the scenario, and values of behaviour, or the parameter whose value one
    takes.

    within: the mechanism that contains this one, and takes it out as well. entry: every project of a mine is made
    unaffordable. traders: traders carry no trade and hold no stock.
    """

    title: str
    changes: tuple[str, ...] = ()
    off: Mapping[str, float | str] = field(default_factory=dict)
    within: str = ""
    entry: bool = False
    traders: bool = False

    def values(self, behaviour: Mapping[str, float]) -> dict[str, float]:
        """The values of behaviour that take it out, in a scenario with some of its own."""
        named = {name: behaviour.get(name, PARAMETERS[name].default) for name in PARAMETERS}
        for name, value in self.off.items():
            named[name] = named[value] if isinstance(value, str) else _taken(name, value)
        return {name: named[name] for name in self.off}


def _taken(name: str, value: float) -> float:
    """The value, or the nearest that its parameter takes."""
    parameter = PARAMETERS[name]
    return value if value == parameter.off else min(parameter.most, max(parameter.least, value))


# Taken out after the acts and news of the episode, in this order. Of what no value switches off, such as the answer of
# mines, the least that a parameter takes is left.
COMMON: dict[str, Mechanism] = {
    "news": Mechanism("all news", ("news=none",)),
    "belief": Mechanism(
        "what holders expect to be withheld",
        off={"rumour": 0.0, "report": 0.0, "threat": 0.0, "act": 0.0, "lasting": 0.0},
    ),
    "lasting": Mechanism("what is cut is expected to stay cut", off={"lasting": 0.0}, within="belief"),
    "part": Mechanism("acts that withhold a part of what they say", off={"act_in_full": 1.0}, within="belief"),
    "stocks": Mechanism("stocks that answer the expected price", off={"stock_elasticity": 0.0}),
    "precaution": Mechanism("holding more for fear of going without", off={"precaution": 0.0}),
    "counted": Mechanism("stock counted on in an expected shortage", off={"stock_counted_on": 0.0}),
    "ahead": Mechanism("buying ahead of a date", off={"buying_ahead": 0.0}),
    "insiders": Mechanism("insiders who share what outsiders expect", off={"follow": 0.0}),
    "smuggling": Mechanism("smuggling", off={"smuggled_most": 0.0}),
    "choke": Mechanism("use that gives way beyond twice the price", off={"choke": 0.0}),
    "thrift": Mechanism("use that falls over years", off={"use_elasticity_long": "use_elasticity"}),
    "supply": Mechanism(
        "mines that answer the price",
        off={"supply_elasticity": 0.0, "supply_elasticity_long": 0.0},
    ),
    "growth": Mechanism(
        "mines that grow over years", off={"supply_elasticity_long": "supply_elasticity"}, within="supply"
    ),
    "traders": Mechanism("traders and their stocks", traders=True),
    "entry": Mechanism("new mines abroad", entry=True),
    "noise": Mechanism("luck of firms and projects", off=NOISE_OFF),
}


@dataclass(frozen=True)
class Outcome:
    """A number of a run: a statistic with its arguments, as it is or in ln, or its mean over columns (`each`).

    detail: left out of the printed table; rise_from: facts whose observed values, in ln, a rise is counted from.
    """

    title: str
    statistic: str
    arguments: Mapping[str, Any]
    each: tuple[str, ...] = ()
    log: bool = False
    detail: bool = False
    rise_from: tuple[str, ...] = ()

    def of(self, run: Run) -> float:
        """The outcome of a run of one replication."""
        given = spans(self.arguments)
        asked = [{**given, "column": c} for c in self.each] or [given]
        found = [float(STATISTICS[self.statistic](run, **a)[0]) for a in asked]
        return float(np.mean([np.log(x) for x in found] if self.log else found))


@dataclass(frozen=True)
class Design:
    """Mechanisms and outcomes of an episode by name; those whose share of the rise is told; where the rise begins.

    base: mean of ln of the observed values that the outcome `risen` is counted from.
    """

    mechanisms: Mapping[str, Mechanism]
    outcomes: Mapping[str, Outcome]
    carried_by: tuple[str, ...] = ()
    risen: str = ""
    base: float = 0.0


def design_of(raw: Mapping[str, Any], observed: Mapping[str, float | None], problems: list[str]) -> Design | None:
    """The table [ablation] of `facts.toml`, None where there is none; what is wrong with it goes to `problems`.

    observed: what history says, by fact.
    """
    if "ablation" not in raw:
        return None
    given = raw["ablation"]
    problems += _unknown("ablation", given, KEYS)
    mechanisms = {}
    for entry in given.get("mechanism", []):
        where = f"ablation, mechanism {entry.get('name', '?')}"
        problems += _unknown(where, entry, MECHANISM_KEYS) + _missing(where, entry, ("name", "title", "changes"))
        mechanisms[entry.get("name", "?")] = Mechanism(
            entry.get("title", ""), tuple(entry.get("changes", ())), within=entry.get("within", "")
        )
    mechanisms |= COMMON
    outcomes, risen, base = {}, "", 0.0
    for entry in given.get("outcome", []):
        name, statistic = entry.get("name", "?"), str(entry.get("statistic"))
        where = f"ablation, outcome {name}"
        problems += _unknown(where, entry, OUTCOME_KEYS) + _missing(where, entry, ("name", "title", "statistic"))
        if statistic not in STATISTICS:
            problems.append(f"facts.toml, {where}: unknown statistic ({nearest(statistic, STATISTICS)})")
        outcome = Outcome(
            entry.get("title", ""), statistic, entry.get("with", {}), tuple(entry.get("each", ())),
            entry.get("log", False), entry.get("detail", False), tuple(entry.get("rise_from", ())),
        )  # fmt: skip
        outcomes[name] = outcome
        if outcome.rise_from:
            values = {n: observed.get(n) for n in outcome.rise_from}
            problems += [
                f"facts.toml, {where}: rise_from {n!r} is no fact with an observed value above zero"
                for n, x in values.items() if not x or x < 0.0
            ]  # fmt: skip
            risen, base = name, float(np.mean([np.log(x or 1.0) for x in values.values()]))
    named = [*given.get("carried_by", ()), *(m.within for m in mechanisms.values() if m.within)]
    problems += [f"facts.toml, ablation: unknown mechanism {n!r} ({nearest(n, mechanisms)})" for n in named
                 if n not in mechanisms]  # fmt: skip
    return Design(mechanisms, outcomes, tuple(given.get("carried_by", ())), risen, base)


def _unknown(where: str, given: Mapping[str, Any], known: Sequence[str]) -> list[str]:
    return [f"facts.toml, {where}: unknown key {k!r} ({nearest(k, known)})" for k in given if k not in known]


def _missing(where: str, given: Mapping[str, Any], needed: Sequence[str]) -> list[str]:
    return [f"facts.toml, {where}: {k} is missing" for k in needed if k not in given]
