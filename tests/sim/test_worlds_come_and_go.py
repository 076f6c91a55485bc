"""Simulations travel to other processes, and worlds go when nobody needs them any more."""

import gc
import pickle
import weakref
from pathlib import Path

import numpy as np

from chokepoint.sim import Simulation
from tests.builders import TWO_COUNTRIES


def test_a_simulation_made_again_elsewhere_gives_the_same_bits(tmp_path: Path) -> None:
    from chokepoint.agents import firm

    names = ", ".join(firm.relied.__code__.co_varnames[: firm.relied.__code__.co_argcount])
    file = tmp_path / "mine.py"
    file.write_text(f"def relied({names}):\n    return {names.split(', ')[0]}\n", encoding="utf-8")
    one = Simulation(TWO_COUNTRIES, changes="embargo=none", rules={"firm.relied": f"{file}:relied"}, seed=3)
    two = pickle.loads(pickle.dumps(one))
    assert two.identity() == one.identity()
    assert two.changes == ("embargo=none",)
    assert np.array_equal(one.run(1).arrays["price_outside"], two.run(1).arrays["price_outside"])
    assert len(pickle.dumps(one)) < 100_000


def test_a_world_goes_when_nobody_needs_it() -> None:
    simulation = Simulation("2010-embargo", changes="doctrine.China=leverage")
    gc.collect()
    gc.disable()
    try:
        world = simulation.world()
        world.advance(30)
        price = weakref.ref(world.S.price)
        gone = weakref.ref(world)
        del world
        assert gone() is None
        assert price() is None
    finally:
        gc.enable()
