"""S11: the choke point is where ore is refined; owning ore does not help without refining."""

import pytest

ROW = "S11"
FREE = "no restriction"


def test_the_border_of_the_mine_and_of_the_refinery(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    mine, refinery = "at the mine's border", "at the refinery's border"
    assert found.change(mine, FREE, "price outside") > 0.0
    assert found.change(mine, FREE, "price inside China") == pytest.approx(
        found.change(mine, FREE, "price outside"), rel=0.05
    )
    assert found.change(refinery, FREE, "price inside China") < 0.0 < found.change(refinery, FREE, "price outside")
    assert found.change(refinery, FREE, "price outside over inside") > 0.0
    assert found.change(refinery, FREE, "rent of refiners") > 0.0
    assert found.change(mine, FREE, "rent of refiners") == 0.0
    # Users where ore is refined lose with all others in the first case and gain in the second.
    assert found.change(mine, FREE, "use in China") == pytest.approx(found.change(mine, FREE, "use outside"), rel=0.2)
    assert found.change(refinery, FREE, "use in China") > 0.0 > found.change(refinery, FREE, "use outside")


def test_ownership_of_ore_helps_only_with_refining(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    ways = ("no ore of its own", "own ore, refined in China", "own ore, refined at home")
    for measure, better in (("use in Japan", 1.0), ("price outside", -1.0)):
        none, own, home = (better * found.of(way, f"{measure} under the embargo") for way in ways)
        assert own == pytest.approx(none, abs=0.1 * abs(none))
        assert home > own
    stock = [found.of(way, "lowest stock in Japan under the embargo") for way in ways]
    assert stock[2] > stock[1]
