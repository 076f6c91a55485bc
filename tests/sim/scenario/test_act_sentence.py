"""An act as a sentence: what is read is what was written, and faults are told together."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chokepoint.sim import BadInput
from chokepoint.sim.scenario.act_sentence import PARTS, Act, parse, sentence
from tests.builders import INSTRUMENTS

COUNTRIES = ["China", "United States", "Dem. Rep. of the Congo", "Korea, Rep. of", "Isle of Man in the Sea"]
BEGINS = date(2010, 1, 4)
# Names as statistics print them, with dots, commas, colons, brackets, and the very words of a sentence.
LETTERS = st.text(st.sampled_from("abcXYZ.,:()'-&/ü1"), min_size=1, max_size=8)
NAMES = st.lists(LETTERS | st.sampled_from(PARTS), min_size=1, max_size=4).map(" ".join)
DAYS = st.dates(date(1970, 1, 1), date(2060, 1, 1))
WORDS = st.lists(LETTERS | st.sampled_from(PARTS), max_size=2, unique=True).map(tuple)  # a kind is one word
SEVERAL = st.lists(NAMES, max_size=3, unique=True).map(tuple)


@st.composite
def acts(draw: st.DrawFn) -> Act:
    start = draw(DAYS)
    announced = draw(st.none() | DAYS)
    amount = draw(st.none() | st.floats(0.0, 1e9))
    return Act(
        actor=draw(st.sampled_from(COUNTRIES)), instrument=draw(st.sampled_from(sorted(INSTRUMENTS))), start=start,
        end=draw(st.none() | DAYS), announced=None if announced == start else announced, kind=draw(WORDS),
        materials=draw(SEVERAL), forms=draw(SEVERAL), targets=draw(SEVERAL) or ("all",), amount=amount,
        unit="none" if amount is None else draw(st.sampled_from(["t gross", "% of cargos", "1/year", "working days"])),
        heard=draw(st.booleans()),
    )  # fmt: skip


@given(acts())
def test_what_is_written_is_read_again(act: Act) -> None:
    assert parse(sentence(act), INSTRUMENTS, COUNTRIES, BEGINS) == act


def test_what_is_left_out_is_all_from_the_first_day_for_good() -> None:
    act = parse("China embargo", INSTRUMENTS, COUNTRIES, BEGINS)
    assert act == Act("China", "embargo", BEGINS)
    assert sentence(act) == "China embargo from 2010-01-04 until open"


def test_every_part_is_read() -> None:
    text = (
        "United States export_tax of La; Ce in oxide against Korea, Rep. of;Dem. Rep. of the Congo at 0.25 share "
        "announced 2010-12-14 from 2011-02 until 2011-02 unheard"
    )
    assert parse(text, INSTRUMENTS, COUNTRIES, BEGINS) == Act(
        "United States", "export_tax", date(2011, 2, 1), date(2011, 2, 28), date(2010, 12, 14), (), ("La", "Ce"),
        ("oxide",), ("Korea, Rep. of", "Dem. Rep. of the Congo"), 0.25, "share", False,
    )  # fmt: skip
    waits = parse("China embargo announced 2010-03-01", INSTRUMENTS, COUNTRIES, BEGINS)
    assert (waits.start, waits.announced) == (date(2010, 3, 1), None)


def test_a_name_with_a_word_of_the_sentence_stands_in_quotes() -> None:
    act = Act("China", "ore_hold", BEGINS, targets=("Mine at the Hill", "Pit of in"))
    assert sentence(act) == 'China ore_hold against "Mine at the Hill"; Pit of in from 2010-01-04 until open'


FAULTY = {
    "China embago against Japan": (),  # known by its country; the tables tell that there is no such instrument
    "Chna embago against Japan": ("'embago' is no instrument (nearest: embargo",),
    "": ("is no instrument",),
    "China embargo from 2010-13-01 until soon": ("from: '2010-13-01' is not a day", "until: 'soon' is not a day"),
    "China embargo agianst Japan": ("'agianst' is no part (nearest: against",),
    "China embargo from 2010-01-01 untill 2011-01-01": ("'untill' is no part (nearest: until",),
    "China embargo until 2011-01-01 from 2010-01-01": ("parts come in this order",),
    "China export_tax at much": ("'much' is no amount with a unit",),
    "China export_tax of against Japan": ("nothing stands behind",),
    "China embargo unheard of": ("'unheard' is the last word, not 'of'",),
    'China ore_hold against "Mine': ("quotation mark",),
}


@pytest.mark.parametrize("text", FAULTY)
def test_all_faults_are_told_at_once(text: str) -> None:
    if not FAULTY[text]:
        parse(text, INSTRUMENTS, COUNTRIES, BEGINS)
        return
    with pytest.raises(BadInput) as caught:
        parse(text, INSTRUMENTS, COUNTRIES, BEGINS)
    for words in FAULTY[text]:
        assert any(words in problem for problem in caught.value.problems), caught.value.problems
