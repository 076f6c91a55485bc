"""monopoly: price and best quota of a single exporter lie near those of the textbook; a quota pays for a few years."""

import pytest

from chokepoint.experiments.systems.monopoly import (
    BASE_PRICE,
    BEST,
    FREE,
    MODEL,
    SHARES,
    SLACK,
    THEORY,
    excess,
    monopoly_quota,
    price_of,
    theory,
)

ROW = "monopoly"


def test_theory_by_hand() -> None:
    assert price_of(FREE) == pytest.approx(BASE_PRICE)
    for share in (0.5, 0.8):
        assert price_of(share * FREE) > BASE_PRICE
        assert price_of(share * FREE, 1.0) > price_of(share * FREE, 10.0)  # supply and use go on answering
    assert excess(0.0, FREE) == pytest.approx(0.0)
    for years in (1.0, 2.0):
        q = monopoly_quota(years) / FREE
        beside = max(theory(q - 0.01, years), theory(min(1.0, q + 0.01), years))
        assert theory(q, years) >= beside * (1.0 - 1e-12)
    assert monopoly_quota(0.5) < monopoly_quota(5.0)


def test_price_and_income_follow_the_quota_as_theory_says(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    assert found.of(SLACK, "price over the price of free trade") == pytest.approx(1.0, abs=1e-6)
    for share in SHARES:
        case = f"quota {100 * share:.0f} %"
        for what in ("price", "income"):
            assert found.of(case, f"{what}, {MODEL}") == pytest.approx(found.of(case, f"{what}, {THEORY}"), rel=0.1)


def test_a_quota_pays_for_a_few_years(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    best = found.of(THEORY, BEST)
    assert found.of(MODEL, BEST) == pytest.approx(best, abs=10.0)
    assert found.of("520 weeks ahead", BEST) == pytest.approx(best, abs=10.0)
    # at first buyers live off their stocks, later supply has grown
    assert found.of("78 weeks ahead", BEST) < min(found.of("26 weeks ahead", BEST), found.of("520 weeks ahead", BEST))
    assert found.of("26 weeks ahead, stocks stand still", BEST) < found.of("26 weeks ahead", BEST)
