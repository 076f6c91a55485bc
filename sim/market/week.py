"""The week that ships: the mechanisms of `mechanisms/` in their frame, with a study's own beside them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.sim.engine.frame import Frame
from chokepoint.sim.engine.mechanism import Mechanism
from chokepoint.sim.engine.phase_source import PhaseSource
from chokepoint.sim.engine.rules import RuleSet
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market import mechanisms
from chokepoint.sim.market.own import framed, mechanisms_in
from chokepoint.sim.network.structure import ARRAYS


@lru_cache(1)
def shipped() -> tuple[Mechanism, ...]:
    """The mechanisms that ship, by the names of their files."""
    names = sorted(m.name for m in pkgutil.iter_modules(mechanisms.__path__))
    return tuple(importlib.import_module(f"{mechanisms.__name__}.{name}").MECHANISM for name in names)


@lru_cache(64)
def phases(own: tuple[Mechanism, ...] = ()) -> PhaseSource:
    """The phases of the mechanisms that ship, and of a study's own, in their frame."""
    if own:
        return framed(phases(), own)
    return PhaseSource(Frame(ARRAYS, shipped()), tuple(PARAMETERS))


def rule_set(
    replacements: Mapping[str, str | Callable[..., Any]] | None = None, files: Sequence[str | Path] = ()
) -> RuleSet:
    """The week with a study's own rules, and the mechanisms of its own files, in it."""
    own = mechanisms_in(files)
    return RuleSet(phases(own) if own else phases(), replacements)


def recorded() -> dict[str, Series]:
    """What every run records, by name; a study's own mechanisms add to it."""
    return phases().frame.series
