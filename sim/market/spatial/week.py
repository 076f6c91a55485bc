"""The week of the market that clears: its mechanisms in their frame."""

from __future__ import annotations

from functools import lru_cache

from chokepoint.agents.parameters import DEFAULTS
from chokepoint.sim.engine.frame import Frame
from chokepoint.sim.engine.phase_source import PhaseSource
from chokepoint.sim.engine.rules import RuleSet
from chokepoint.sim.market.mechanisms import cargo
from chokepoint.sim.market.spatial import (
    acts, borders, clearing, expectation, holders, ledger, memories, supply, trade, use,
)  # fmt: skip
from chokepoint.sim.network.markets import MARKET_ARRAYS
from chokepoint.sim.network.structure import ARRAYS

FILES = (acts, cargo, supply, holders, borders, expectation, clearing, trade, use, memories, ledger)


@lru_cache(1)
def phases() -> PhaseSource:
    """The phases of the week in their frame."""
    mechanisms = tuple(file.MECHANISM for file in FILES)
    return PhaseSource(Frame((*ARRAYS, *MARKET_ARRAYS), mechanisms), tuple(DEFAULTS))


@lru_cache(1)
def rule_set() -> RuleSet:
    """The week as it is, without rules of a study's own."""
    return RuleSet(phases())
