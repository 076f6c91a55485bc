"""The few lines of Python that the README shows."""


def test_the_lines_of_the_readme() -> None:
    import chokepoint as cp

    short = ["end=2010-12-31"]
    run = cp.episode("2010-embargo").run(replications=2, changes=short)
    frame = run.series("price_outside", "month")
    assert frame.attrs["unit"] == "USD/kg"
    assert list(frame.columns[:2]) == ["La", "Ce"]
    assert len(frame) == 24
    assert run.plot().axes
    other = cp.episode("2010-embargo").run(2, changes=[*short, "embargo=none"])
    difference = run.compare(other, "price_outside")
    assert (difference.loc[:"2010-09-12"] == 0.0).all().all()
    assert (difference.loc["2010-10-01":] != 0.0).any().any()
