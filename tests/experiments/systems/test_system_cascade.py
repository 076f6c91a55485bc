"""cascade: the network algorithm hits who bought there; the market spreads the loss and brings goods round."""

import pytest

from chokepoint.experiments.systems.cascade import (
    ALL,
    ALONE,
    BEHAVIOUR,
    IMPORTERS,
    MARKET,
    OTHERS,
    PRICE,
    RAISED,
    STANDING,
    UNFORESEEN,
    given_up,
)

ROW = "cascade"


def test_the_cascade_hits_its_partners_and_the_market_everybody(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    assert found.of(ALONE, OTHERS) == pytest.approx(100.0)
    in_cascade = [found.of(ALONE, given_up(c)) for c in IMPORTERS]
    assert max(in_cascade) > 2.0 * found.of(ALONE, ALL)
    for case in BEHAVIOUR:
        each = [found.of(case, given_up(c)) for c in IMPORTERS]
        assert min(each) > 0.0
        assert max(each) < 1.2 * min(each)
        assert found.of(case, OTHERS) > found.of(RAISED, OTHERS) > 100.0
        assert found.of(case, PRICE) > 1.0


def test_what_the_market_loses_hangs_on_stocks_and_on_what_is_expected(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    for measure in (ALL, PRICE):
        lost = [found.of(case, measure) for case in (UNFORESEEN, MARKET, STANDING)]
        assert lost == sorted(lost)
    assert found.of(RAISED, ALL) < found.of(ALONE, ALL)
