"""monopoly: price and best quota of a single exporter lie near those of the textbook, once buyers' stocks are gone."""

import pytest

from chokepoint.experiments.systems.monopoly import BEST, MODEL, SLACK, THEORY, monopoly_quota, price_of, theory

ROW = "monopoly"


def test_theory_by_hand() -> None:
    q = monopoly_quota()
    p = price_of(q)
    # Lerner: margin over price is the market share over the elasticity
    assert (p - 3.5) / p == pytest.approx(q / (q + 7000.0) / 0.25, rel=1e-9)
    assert theory(q / 3000.0) > max(theory(q / 3000.0 - 0.001), theory(q / 3000.0 + 0.001))
    assert price_of(3000.0) == 10.0
    assert p == pytest.approx(17.1, abs=0.1)


def test_price_and_income_follow_the_quota_as_theory_says(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    assert found.of(SLACK, "price over the price of free trade") == pytest.approx(1.0, abs=1e-6)
    for share in (50, 60, 70):
        case = f"quota {share} %"
        for what, gap in (("price", 0.08), ("income", 0.10)):
            assert found.of(case, f"{what}, {MODEL}") == pytest.approx(found.of(case, f"{what}, {THEORY}"), rel=gap)
            # what buyers still take from their stocks keeps the price a little below
            assert found.of(case, f"{what}, {MODEL}") < found.of(case, f"{what}, {THEORY}")


def test_a_patient_search_finds_the_quota_of_theory(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    best = found.of(THEORY, BEST)
    assert best == pytest.approx(58.0, abs=0.1)
    assert found.of(MODEL, BEST) == pytest.approx(best, abs=5.0)
    ahead = [found.of(f"{weeks} weeks ahead, low stocks", BEST) for weeks in (78, 312, 520, 1040)]
    assert ahead == sorted(ahead, reverse=True)
    assert ahead[-1] == pytest.approx(best, abs=2.0)
    assert found.of("1040 weeks ahead", BEST) == pytest.approx(best, abs=10.0)
    # in a view of a year and a half, buyers live off their stocks and no quota pays
    assert found.of("78 weeks ahead", BEST) > 95.0
    for weeks in (26, 78):
        assert found.of(f"leverage, {weeks} weeks", "expected gain from a quota of 60 %") < 0.0
