"""Claims about reserves: what turns them is said in their sentence; the first of them by sign and size."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from chokepoint.experiments.attribution.claims import (
    CLAIMS,
    EPISODE,
    Answer,
    Claim,
    Variation,
    answer,
    flips,
    in_words,
    variations,
)
from chokepoint.experiments.attribution.claims_page import BEGIN, END, insert, page, rows
from chokepoint.experiments.cli import app
from chokepoint.experiments.history.catalogue import find
from chokepoint.sim.scenario.problems import BadInput

CLAIM = Claim("gain", "It gains {mean:.1f} %", "%", lambda weeks: {}, lambda runs: np.zeros(1), ("luck",))


def answers(*means: float) -> list[Answer]:
    kinds = ["as shipped", *["luck"] * (len(means) - 1)]
    return [
        Answer(CLAIM, Variation(k, f"seed {i}"), m, m - 1, m + 1)
        for i, (k, m) in enumerate(zip(kinds, means, strict=True))
    ]


def test_a_sentence_says_what_turns_its_sign_and_a_difference_of_nothing_has_none() -> None:
    assert "nothing that was varied turns the sign" in in_words(answers(2.0, 1.0, 3.0))
    told = in_words(answers(2.0, -1.0, 3.0, 0.0))
    assert "It gains 2.0 % (over all that was varied -1.0 to 3.0)" in told
    assert "the sign is another for luck (seed 1: -1.0, seed 3: 0.0)" in told
    assert [a.mean for a in flips(answers(0.0, 0.0, 1e-9, 4.0))] == [4.0]


def test_a_page_takes_the_part_between_its_marks_and_refuses_one_without(tmp_path: Path) -> None:
    text = page({"gain": answers(2.0, -1.0)}, "chokepoint claims")
    assert "| luck | -1 |" in text
    file = tmp_path / "page.md"
    file.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    insert(file, text)
    whole = file.read_text()
    assert whole.startswith("before\n")
    assert whole.endswith(f"{END}\nafter\n")
    assert "old" not in whole
    assert text in whole
    (tmp_path / "bare.md").write_text("nothing")
    with pytest.raises(BadInput, match="has no marks"):
        insert(tmp_path / "bare.md", text)
    assert [r["turns"] for r in rows({"gain": answers(2.0, -1.0)})] == [False, True]


def test_every_claim_is_varied_by_all_that_bears_on_it() -> None:
    place = find(EPISODE)
    for claim in CLAIMS:
        found = list(variations(claim, place, draws=2))
        assert found[0].kind == "as shipped"
        assert {v.kind for v in found[1:]} == set(claim.kinds), claim.name


def test_buying_lifts_the_price_by_a_few_per_cent_and_less_where_nobody_knows() -> None:
    claim = next(c for c in CLAIMS if c.name == "building")
    place = find(EPISODE)
    chosen = {v.name: v for v in variations(claim, place, draws=1)}
    shipped, hidden = (answer(claim, chosen[name], place, 1) for name in ("as shipped", "nothing"))
    assert 1.0 < hidden.mean < shipped.mean < 10.0


def test_a_claim_that_is_mistyped_is_refused_by_name() -> None:
    found = CliRunner().invoke(app, ["claims", "bilding"])
    assert isinstance(found.exception, BadInput)
    assert "nearest: building" in str(found.exception)
