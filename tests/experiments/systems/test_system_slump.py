"""S10: the joint path of price and volume in 2020 speaks for a slump of demand."""

ROW = "S10"


def test_the_path_of_2020_prefers_the_slump(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    assert found.of("slump", "ln ratio of fitted likelihoods to the best other") > 1.0
    better = [found.of(c, "ln likelihood of exports") for c in ("restriction", "slump")]
    assert better == sorted(better)
    sizes = found.table[(found.table["case"] == "slump") & found.table["measure"].str.startswith("size at")]
    assert 0.55 < sizes["mean"].iloc[0] < 0.95  # times the activity of before, outside China
