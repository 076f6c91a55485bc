"""S11: the choke point is where ore is refined; owning ore does not help without refining."""

ROW = "S11"
FREE = "no restriction"


def test_the_border_of_the_mine_and_of_the_refinery(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    mine, refinery = "at the mine's border", "at the refinery's border"
    assert found.change(mine, FREE, "price inside China") > 30.0
    assert found.change(mine, FREE, "price outside") > 30.0
    assert abs(found.change(mine, FREE, "price outside over inside")) < 0.15
    assert found.change(refinery, FREE, "price inside China") < 0.0
    assert found.change(refinery, FREE, "price outside") > 30.0
    assert found.change(refinery, FREE, "price outside over inside") > 0.4
    assert found.change(refinery, FREE, "rent of refiners") > 200.0
    assert found.change(mine, FREE, "rent of refiners") < 50.0
    # Users where ore is refined lose with all others in the first case and gain in the second.
    assert found.change(mine, FREE, "use in China") < -1.0
    assert found.change(refinery, FREE, "use in China") > 0.0


def test_ownership_of_ore_helps_only_with_refining(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    measure = "arrivals in Japan under the embargo"
    none, own, home = (
        found.of(w, measure) for w in ("no ore of its own", "own ore, refined in China", "own ore, refined at home")
    )
    assert none < -15.0
    assert abs(own - none) < 4.0
    assert home > own + 4.0
    stock = "lowest stock in Japan under the embargo"
    assert found.of("own ore, refined at home", stock) > found.of("own ore, refined in China", stock) + 0.03
