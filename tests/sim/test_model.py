"""The model as a Mesa user expects it."""

import warnings
from pathlib import Path

import pytest

from chokepoint.experiments.history.catalogue import find

FOLDER = find("two-countries").folder


@pytest.fixture
def model():  # type: ignore[no-untyped-def]
    from chokepoint.sim import MarketModel

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        built = MarketModel(FOLDER, run_seed=3)
        for _ in range(4):
            built.step()
    return built


def test_agents_are_mesa_agents_over_the_arrays(model) -> None:  # type: ignore[no-untyped-def]
    from chokepoint.agents import ExportingState, Firm, ImportingGovernment, Mine, Refiner

    assert model.tick == 4
    for kind in (ExportingState, Firm, ImportingGovernment, Mine, Refiner):
        assert len(model.agents_by_type[kind]) >= 1
    firm = next(iter(model.agents_by_type[Firm]))
    firm.unfilled = 0.75
    assert model.world.S.unfilled[firm.idx] == 0.75
    assert model.agents_by_type[Firm].agg("unfilled", max) == 0.75
    assert {m.state for m in model.agents_by_type[Mine]} <= {
        "operating",
        "planned",
        "building",
        "defaulted",
    }


def test_data_collector_and_select_work(model) -> None:  # type: ignore[no-untyped-def]
    import mesa

    collector = mesa.DataCollector(model_reporters={"price": lambda m: m.price(m.world.materials[0])})
    collector.collect(model)
    model.step()
    collector.collect(model)
    prices = collector.get_model_vars_dataframe()["price"]
    assert len(prices) == 2
    assert (prices > 0).all()
    assert len(model.agents.select(lambda a: a.country == model.world.countries[0])) > 0


def test_a_rule_written_on_a_view_is_refused() -> None:
    from chokepoint.agents import Firm

    with pytest.raises(TypeError, match=r"firm\.use"):

        class Mine2(Firm):
            def use(self) -> float:
                return 0.0


def test_same_run_as_the_simulation(model) -> None:  # type: ignore[no-untyped-def]
    from chokepoint.sim import Simulation

    world = Simulation(Path(FOLDER), seed=3).world()
    world.advance(4)
    assert (world.S.price == model.world.S.price).all()


def test_a_shipped_episode_by_its_name_and_what_it_says_of_itself() -> None:
    from chokepoint import MarketModel

    model = MarketModel("2010-embargo")
    model.step()
    assert repr(model) == (
        "<MarketModel 2010-embargo: The rare-earth quota and embargo of 2010, week 1 of 521 (2009-01-12); 20 mines, "
        "33 refiners, 54 firms>"
    )


def test_batch_run_takes_the_class_as_it_stands() -> None:
    import mesa

    from chokepoint import MarketModel

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rows = mesa.batch_run(
            MarketModel, {"scenario": "two-countries", "run_seed": [1, 2]}, max_steps=3, display_progress=False
        )
    assert {row["run_seed"] for row in rows} == {1, 2}
    one, two = (next(row["price_outside M"] for row in rows if row["run_seed"] == seed) for seed in (1, 2))
    assert one != two
    assert min(row["price_inside M"] for row in rows) > 0.0
    assert MarketModel("two-countries", rng=2).world.seed == 2
