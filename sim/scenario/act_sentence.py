"""An act as a sentence, read and written: the one form that the command line, recipes and pages use.

    ACTOR INSTRUMENT [KIND] [of MATERIALS] [in FORMS] [against TARGETS] [at AMOUNT UNIT]
        [announced DAY] [from DAY] [until DAY|open] [unheard]

Several names are parted by semicolons. A name may hold blanks, dots, commas and colons (`Dem. Rep. of the Congo`,
`Korea, Rep. of`); one that holds a word of the sentence which could begin the next part stands in double quotes. A day
is written 2012-03-05, or 2012-03 for the first or, after `until`, the last day of that month. What is left out: all
materials, forms and targets; announced on the first day; from the first day of the scenario; open. An act is heard of
unless it ends with `unheard`.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from chokepoint.sim.scenario.problems import BadInput, nearest

PARTS = ("of", "in", "against", "at", "announced", "from", "until", "unheard")
FORM = (
    "ACTOR INSTRUMENT [KIND] [of MATERIALS] [in FORMS] [against TARGETS] [at AMOUNT UNIT] [announced DAY] [from DAY] "
    "[until DAY|open] [unheard]"
)
TOKEN = re.compile(r'"[^"]*"|;|[^\s;"]+')
AMOUNT = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*)", re.DOTALL)


@dataclass(frozen=True)
class Act:
    """What a state does. `end` is None for an open act; `amount` where it has none; `heard`: whether it is told."""

    actor: str
    instrument: str
    start: date
    end: date | None = None
    announced: date | None = None  # None: on the first day
    kind: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    targets: tuple[str, ...] = ("all",)
    amount: float | None = None
    unit: str = "none"
    heard: bool = True


def sentence(act: Act) -> str:
    """The act as a sentence that `parse` reads back."""
    words = [_name(act.actor, PARTS), act.instrument, _names(act.kind, PARTS)]
    for part, names in (("of", act.materials), ("in", act.forms)):
        words += [part, _names(names, PARTS[PARTS.index(part) + 1 :])] if names else []
    if act.targets != ("all",):
        words += ["against", _names(act.targets, PARTS[3:])]
    if act.amount is not None:
        words += ["at", f"{act.amount!r}".removesuffix(".0"), act.unit]
    if act.announced not in (None, act.start):
        words += ["announced", str(act.announced)]
    words += ["from", str(act.start), "until", str(act.end or "open"), "" if act.heard else "unheard"]
    return " ".join(word for word in words if word)


def _names(names: Sequence[str], later: Sequence[str]) -> str:
    return "; ".join(_name(name, later) for name in names)


def _name(name: str, later: Sequence[str]) -> str:
    """A name, in quotes where it would be read otherwise."""
    plain = name == " ".join(name.split()) and not set(name.split()) & set(later) and ";" not in name
    return name if plain else f'"{name}"'


def parse(text: str, instruments: Collection[str], countries: Collection[str], begins: date) -> Act:
    """Read a sentence; whether its names exist is checked with the tables.

    instruments, countries: the names that divide the actor from the instrument. begins: the first day of the scenario.
    Raises `BadInput` with every problem.
    """
    tokens = TOKEN.findall(text)
    place = _instrument_at(tokens, instruments, countries)
    if place is None:
        first = next((i for i, word in enumerate(tokens) if word in PARTS), len(tokens))
        given = tokens[first - 1] if first > 0 else text
        raise BadInput([f"{given!r} is no instrument ({nearest(given, instruments)}); write {FORM}"])
    said, problems = _parts(tokens[place + 1 :])
    for kind in _listed(said["kind"]):
        if " " in kind and (hint := _order(["", *kind.split()])):  # a kind is one word
            problems.append(f"{kind!r} is no kind{hint}")
    if text.count('"') % 2:
        problems.append("a quotation mark is not closed")
    amount, unit = _amount(said.get("at"), problems)
    announced = _day("announced", said, problems)
    start = _day("from", said, problems) or announced or begins
    end = None if said.get("until") in (None, ["open"]) else _day("until", said, problems, last=True)
    if said.get("unheard"):
        problems.append(f"'unheard' is the last word, not {_joined(said['unheard'])!r}")
    act = Act(
        actor=_joined(tokens[:place]), instrument=tokens[place], start=start, end=end,
        announced=None if announced == start else announced, kind=_listed(said["kind"]),
        materials=_listed(said.get("of", [])), forms=_listed(said.get("in", [])),
        targets=_listed(said.get("against", [])) or ("all",), amount=amount, unit=unit, heard="unheard" not in said,
    )  # fmt: skip
    if problems:
        raise BadInput(problems)
    return act


def _instrument_at(tokens: Sequence[str], instruments: Collection[str], countries: Collection[str]) -> int | None:
    """Where the instrument stands: the first word of that name, or what follows the longest name of a country."""
    known = next((i for i, word in enumerate(tokens) if i > 0 and word in instruments), None)
    if known is not None:
        return known
    ends = [i for i in range(1, len(tokens)) if _joined(tokens[:i]) in countries and tokens[i] not in PARTS]
    return max(ends, default=None)


def _parts(tokens: Sequence[str]) -> tuple[dict[str, list[str]], list[str]]:
    """The words of each part, in which a later part's word begins that one; and parts that say nothing."""
    said: dict[str, list[str]] = {"kind": []}
    part, rank = "kind", -1
    for word in tokens:
        later = PARTS.index(word) if word in PARTS else -1
        if later > rank:
            part, rank = word, later
            said[part] = []
        else:
            said[part].append(word)
    empty = [part for part, words in said.items() if not words and part not in ("kind", "unheard")]
    return said, [f"nothing stands behind {part!r}" for part in empty]


def _joined(words: Sequence[str]) -> str:
    return " ".join(word.strip('"') for word in words)


def _listed(words: Sequence[str]) -> tuple[str, ...]:
    """Names parted by semicolons."""
    names: list[list[str]] = [[]]
    for word in words:
        if word == ";":
            names.append([])
        else:
            names[-1].append(word)
    return tuple(_joined(name) for name in names if name)


def _amount(words: Sequence[str] | None, problems: list[str]) -> tuple[float | None, str]:
    if not words:
        return None, "none"
    found = AMOUNT.fullmatch(_joined(words))
    if found is None:
        problems.append(f"at: {_joined(words)!r} is no amount with a unit, such as 25 %{_order(words)}")
        return None, "none"
    return float(found[1]), found[2] or "none"


def _day(part: str, said: dict[str, list[str]], problems: list[str], last: bool = False) -> date | None:
    """The day behind a part, if it is said; of a month the first or last one."""
    if not said.get(part):
        return None
    text = _joined(said[part])
    try:
        if not re.fullmatch(r"\d{4}-\d\d", text):
            return date.fromisoformat(text)
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        problems.append(f"{part}: {text!r} is not a day such as 2012-03-05{_order(said[part])}")
        return None
    return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1) if last else first


def _order(words: Sequence[str]) -> str:
    """A hint where a part stands out of order, or is mistyped."""
    if set(words) & set(PARTS):
        return f"; parts come in this order: {', '.join(PARTS)}"
    for word in words[1:]:
        near = nearest(word, PARTS)
        if near.startswith("nearest"):
            return f"; {word!r} is no part ({near})"
    return ""
