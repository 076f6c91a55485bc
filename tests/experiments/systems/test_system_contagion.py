"""contagion: what a restricted tonne does to the price hangs on how long it is expected to be withheld."""

from chokepoint.experiments.systems.contagion import FOLLOWING, MULTIPLIER, PLAUSIBLE, RISE, SHARE, WITHHELD

ROW = "contagion"


def test_the_elasticity_and_what_makes_it_larger_than_for_food(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)

    def elasticity(case: str, share: float = 0.1) -> float:
        return found.of(case, f"elasticity at {100 * share:.0f} % withheld")

    model, unheard, unforeseen = "as the model stands", "unheard", "unheard, nothing expected"
    for share in WITHHELD:
        # told with an end it is bridged by stock; untold it is expected to last
        assert elasticity(unforeseen, share) < elasticity(model, share) < elasticity(unheard, share)
        # where all four withhold it lies above the plausible interval: a failure that is known, not tuned away
        assert elasticity(model, share) > PLAUSIBLE[1]
        assert -110.0 * share < found.of(model, f"exports at {100 * share:.0f} % withheld") < -90.0 * share
    # lines stop beyond twice the base price
    below = found.of(unforeseen, f"price at {100 * WITHHELD[0]:.0f} % withheld") < 100.0
    assert not below or elasticity("the same, lines do not stop") == elasticity(unforeseen)
    # Where others may fill the gap, tonnes withheld by one move the price less, and less of the trade is missing.
    alone = "one exporter alone"
    assert elasticity("one alone, nothing expected") < elasticity(alone) < elasticity(model)
    assert found.of(alone, "exports at 10 % withheld") > found.of(model, "exports at 10 % withheld")
    assert PLAUSIBLE[0] < elasticity(alone) < PLAUSIBLE[1]


def test_restrictions_spread_where_states_answer_each_other(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    alone, *_, both = FOLLOWING
    assert abs(found.of(alone, SHARE) - 12.5) < 1.0  # half of a quarter
    assert found.of(alone, MULTIPLIER) == 1.0
    for case in FOLLOWING:
        assert 1.0 <= found.of(case, MULTIPLIER) <= found.of(both, MULTIPLIER) + 1e-9
    assert found.of(both, RISE) >= found.of(alone, RISE) > 1.0
