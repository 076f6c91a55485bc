"""cascade: the model is the published cascade where the two are one problem, and departs from it for known reasons."""

import pytest

from chokepoint.experiments.systems.cascade import (
    ALL,
    ALONE,
    IMPORTERS,
    OTHERS,
    PRICES,
    RAISED,
    RESTOCK,
    SAME,
    STATE,
    TRUST,
)

ROW = "cascade"


def test_the_same_problem_has_the_same_answer(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    for measure in (*(f"use lost in {c}" for c in IMPORTERS), ALL, OTHERS):
        assert found.of(SAME, measure) == pytest.approx(found.of(ALONE, measure), abs=1e-9)
    # Farland bought two thirds of its use from the state that cuts: 53 % of it are gone, less a stock of six weeks.
    assert found.of(SAME, "use lost in Farland") == pytest.approx(
        53.3 - 100.0 * 1.5 / 12.0 / (51 * 7 / 365.25), abs=0.1
    )
    assert found.of(SAME, "use lost in Isleland") == 0.0
    # Whether firms hold the stock or a state that makes up for what they do not get is the same.
    assert found.of(STATE, ALL) == pytest.approx(found.of(ALONE, ALL), abs=1e-6)
    assert found.of(STATE, OTHERS) == pytest.approx(found.of(ALONE, OTHERS), abs=1e-6)


def test_where_the_model_departs_from_the_cascade(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    # Restocking asks unhit exporters for more, but in the old proportions, the state that cuts included ...
    assert 0.0 < found.of(RESTOCK, ALL) < 0.8 * found.of(ALONE, ALL)
    assert found.of(RESTOCK, "use lost in Farland") > 20.0
    # ... trust moves orders to those who deliver, as the cascade does at once.
    for case in (RAISED, TRUST, PRICES):
        assert found.of(case, ALL) < 0.5
        assert found.of(case, OTHERS) > 110.0
