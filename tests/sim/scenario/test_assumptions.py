"""`assumptions=drawn:SEED`: what is only assumed is drawn, within its range, and nothing else."""

from datetime import date

import pytest

from chokepoint.experiments.history.catalogue import find
from chokepoint.sim.scenario.override_assumptions import DAYS, FACTOR, drawn
from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.scenario.tables import TABLES, Event, Scenario, assumed
from chokepoint.sim.simulation import change_scenario

PLACES = ("2010-embargo", "2019-threat", "2014-nickel", "1978-cobalt", "2000-palladium", "two-countries")


def scenario(name: str = "2010-embargo") -> Scenario:
    return find(name).scenario()


@pytest.mark.parametrize("name", PLACES)
def test_what_has_a_source_stays_and_shares_stay_whole(name: str) -> None:
    before, after = scenario(name), change_scenario(scenario(name), ["assumptions=drawn:3"])
    moved = 0
    for table in TABLES:
        for old, new in zip(getattr(before, table), getattr(after, table), strict=True):
            if (
                assumed(old)
                or getattr(old, "assumed", "")
                or table in ("refiners", "baskets", "feeds", "sector_materials")
            ):
                moved += old != new
            else:
                assert old == new, f"{table}: {old}"
    assert moved > 20
    for mine in {feed.mine for feed in after.feeds}:
        assert sum(feed.share for feed in after.feeds if feed.mine == mine) == pytest.approx(1.0, abs=1e-9)


def test_numbers_lie_within_their_range_and_reach_most_of_it() -> None:
    base = [m.cost_usd_per_kg for m in scenario().mines if assumed(m)]
    ratios = []
    for seed in range(20):
        mines = change_scenario(scenario(), [f"assumptions=drawn:{seed}"]).mines
        ratios += [m.cost_usd_per_kg / b for m, b in zip([m for m in mines if assumed(m)], base, strict=True)]
    assert min(ratios) >= 1.0 / FACTOR - 1e-9
    assert max(ratios) <= FACTOR + 1e-9
    assert min(ratios) < 0.8
    assert max(ratios) > 1.28


def test_a_draw_hangs_on_the_seed_and_on_the_name_of_the_cell_alone() -> None:
    whole = scenario()
    fewer = whole.model_copy(update={"mines": whole.mines[1:]})
    one, again, other = (drawn(whole, "assumptions", f"drawn:{s}") for s in (7, 7, 8))
    assert one == again
    assert one != other
    assert drawn(fewer, "assumptions", "drawn:7").mines == one.mines[1:]


def test_links_are_laid_in_other_rounds() -> None:
    rounds = {
        change_scenario(scenario("2014-nickel"), [f"assumptions=drawn:{s}"]).choices.links_per_buyer for s in range(30)
    }
    assert rounds == {1, 2, 3, 4, 5, 6}


def act(**more) -> Event:  # type: ignore[no-untyped-def]
    first = next(e for e in scenario("2000-palladium").events if e.id == "delay.2000")
    return first.model_copy(update=more)


def with_act(event: Event) -> Scenario:
    return scenario("2000-palladium").model_copy(update={"events": (event,)})


def test_of_a_sourced_act_only_what_is_doubted_moves() -> None:
    plain = act(assumed="")
    assert drawn(with_act(plain), "assumptions", "drawn:1").events[0] == plain
    doubted = act(assumed="end; value 40 to 70")
    ends, values = set(), set()
    for seed in range(40):
        found = drawn(with_act(doubted), "assumptions", f"drawn:{seed}").events[0]
        assert (found.start, found.date) == (plain.start, plain.date)
        assert plain.end is not None
        assert found.end is not None
        assert abs((found.end - plain.end).days) <= DAYS
        assert found.value is not None
        assert 40.0 <= found.value <= 70.0
        ends.add(found.end)
        values.add(round(found.value))
    assert min(ends) < date(2000, 2, 1)
    assert max(ends) > date(2000, 5, 31)
    assert len(values) > 15


@pytest.mark.parametrize("words", ["beginning", "value 70 to 40", "value about 50", "end 3"])
def test_other_words_of_doubt_are_refused_by_name(words: str) -> None:
    with pytest.raises(BadInput, match=r"delay\.2000, assumed"):
        drawn(with_act(act(assumed=words)), "assumptions", "drawn:1")
    with pytest.raises(BadInput, match=r"delay\.2000, assumed"):
        change_scenario(with_act(act(assumed=words)), ["links_per_buyer_not=1"])


@pytest.mark.parametrize("value", ["none", "7", "drawn:x"])
def test_the_word_is_told_where_it_is_mistyped(value: str) -> None:
    with pytest.raises(BadInput, match="assumptions"):
        change_scenario(scenario("two-countries"), [f"assumptions={value}"])
