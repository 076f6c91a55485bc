"""What a state can do, instrument by instrument: what `chokepoint acts` prints and `docs/acts.md` shows."""

from collections.abc import Iterable
from typing import Any

from chokepoint.sim.market.week import phases
from chokepoint.sim.politics.instruments import known
from chokepoint.sim.scenario.act_sentence import FORM
from chokepoint.sim.scenario.acts import BY, FORCE, Instrument
from chokepoint.sim.scenario.units import accepted

NAMED = {"countries": "countries", "mines": "names of mines", "refiners": "names of refineries"}
RARE = ("REO", "Mt", "half-year", " of ", "bn", "k USD", "years")  # units that are taken, too, and not shown
HEAD = f"""# What a state can do

An act is a row of `events.csv`, or a sentence behind `--set act.NAME=`:

```
{FORM}
```

Several names are parted by semicolons. A name may hold blanks, dots, commas and colons (`Dem. Rep. of the Congo`); one
that holds a word which could begin the next part stands in double quotes. A day is `2012-03-05`, or `2012-03` for the
first or, after `until`, the last day of that month. What is left out: all materials, forms and targets; announced on
the first day; from the first day of the scenario; open.

An act that is added is told on the day on which it is announced, if there is news of its kind, unless it ends with
`unheard`. In a table, `news.csv` tells of it. The columns of `events.csv` are the parts of the sentence: `date`
(announced), `start`, `end` (empty: open), `actor`, `instrument`, `kind`, `materials`, `forms`, `target`, `value`,
`unit`. What an instrument does not take is refused, with the row, the part and the nearest valid word; amounts in
another unit are converted, or refused.

What is in force for whole weeks is so from the week of its first day until that of the day after its last one. Of two
such acts on the same place the one that began later rules; when it ends, the other one rules again. Consecutive acts
leave no gap, and a day that two acts hold counts once. Made from the code by `chokepoint acts`.
"""


def instruments() -> dict[str, Instrument]:
    """The instruments that an act may have, by name."""
    return {name: one for name, one in known(phases().frame).items() if one.dated and one.example}


def parts(instrument: Instrument) -> dict[str, str]:
    """What an act of an instrument takes, part by part, in words; parts that it does not take are left out."""
    tables = [table for table in instrument.targets if table != "all"]
    targets = " or ".join(NAMED[table] for table in tables)
    everybody = " (left out: all)" if "all" in instrument.targets else ""
    choice = f"those of choices.{instrument.covers}, all at once" if instrument.covers else ""
    found = {
        "by": BY[instrument.by],
        "kind": "; ".join(instrument.kinds) + ("" if instrument.needs_kind else " (may be left out)"),
        "of": "materials (left out: all)" if instrument.materials else "",
        "in": "forms (left out: all)" if instrument.forms else choice,
        "against": f"{targets}{everybody}",
        "at": _amounts(instrument),
        "until": "a day, or open" if instrument.open_ended else "a day",
        "in force": FORCE[instrument.force],
        "told as": instrument.told,
    }
    return {part: words for part, words in found.items() if words and (part != "kind" or instrument.kinds)
            and (part != "against" or tables)}  # fmt: skip


def _amounts(instrument: Instrument) -> str:
    """The amounts that an act takes, with a few other units in which they may be given; kinds that share them once."""
    kinds: dict[str, list[str]] = {}
    for kind in instrument.units or ("",):
        units = instrument.wanted(kind)
        spans = " or ".join(instrument.span(unit) for unit in units if unit not in instrument.also)
        others = [name for unit in units for name in accepted(unit)[1:] if not any(word in name for word in RARE)]
        also = ", ".join(dict.fromkeys([*instrument.also, *others][:6]))
        kinds.setdefault(f"{spans} (also {also})" if also else spans, []).append(kind or "without a kind")
    told = [f"{', '.join(names)}: {words}" if len(kinds) > 1 else words for words, names in kinds.items() if words]
    return "; ".join([*told, *([f"or none: {instrument.valueless}"] if instrument.valueless else [])])


def command(instrument: Instrument) -> str:
    """A command that tries the example of an instrument."""
    return f"chokepoint run {instrument.world} --set 'act.try={instrument.example}'"


def as_data(chosen: Iterable[Instrument]) -> list[dict[str, Any]]:
    """Instruments as data: name, meaning, parts, example."""
    return [
        {"instrument": one.name, "meaning": one.meaning, "parts": parts(one), "kinds": list(one.kinds),
         "units": {kind: list(one.wanted(kind)) for kind in (one.units or {"": ()}) if one.wanted(kind)},
         "low": one.low, "high": None if one.high == float("inf") else one.high,
         "episode": one.world, "example": one.example}
        for one in chosen
    ]  # fmt: skip


def page() -> str:
    """The page `docs/acts.md`."""
    lines = [HEAD]
    for name, one in sorted(instruments().items()):
        lines += [f"## {name}", "", one.meaning, "", "| part | takes |", "|---|---|"]
        lines += [f"| {part} | {words} |" for part, words in parts(one).items()]
        lines += ["", "```", command(one), "```", ""]
    return "\n".join(lines)
