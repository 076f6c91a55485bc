"""Claims as sentences, tables and a figure, and as a part of a page."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chokepoint.experiments.attribution.claims import Answer, flips, in_words
from chokepoint.experiments.telling.numbers import short_number
from chokepoint.sim.engine.files import write_whole
from chokepoint.sim.scenario.problems import BadInput

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BEGIN, END = "<!-- claims -->", "<!-- end of claims -->"


def rows(found: Mapping[str, Sequence[Answer]]) -> list[dict[str, Any]]:
    """One plain row an answer."""
    return [
        {
            "claim": name, "kind": a.variation.kind, "variation": a.variation.name, "mean": a.mean, "low": a.low,
            "high": a.high, "unit": a.claim.unit, "turns": a in flips(answers),
        }
        for name, answers in found.items()
        for a in answers
    ]  # fmt: skip


def page(found: Mapping[str, Sequence[Answer]], command: str) -> str:
    """Sentences with what turns them, and the range by kind of variation, as Markdown."""
    lines = [f"Written by `{command}`; do not edit between the marks.", ""]
    lines += [f"- **{name.capitalize()}.** {in_words(answers)}" for name, answers in found.items()]
    kinds = list(dict.fromkeys(a.variation.kind for answers in found.values() for a in answers))
    lines += ["", f"| what was varied | {' | '.join(f'{n}, {a[0].claim.unit}' for n, a in found.items())} |"]
    lines.append("|---" * (len(found) + 1) + "|")
    for kind in kinds:
        cells = [_range([a.mean for a in answers if a.variation.kind == kind]) for answers in found.values()]
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _range(values: Sequence[float]) -> str:
    """The only value, or lowest and highest; nothing where none was measured."""
    told = [short_number(v) for v in (min(values), max(values))] if values else []
    return " to ".join(dict.fromkeys(told))


def insert(path: Path, text: str) -> Path:
    """Put the part between the marks of a page; `BadInput` for a page without them."""
    whole = path.read_text(encoding="utf-8")
    if BEGIN not in whole or END not in whole:
        raise BadInput([f"{path}: has no marks {BEGIN} and {END}"], "claims")
    head, rest = whole.split(BEGIN, 1)
    write_whole(path, f"{head}{BEGIN}\n{text}\n{END}{rest.split(END, 1)[1]}")
    return path


def draw(found: Mapping[str, Sequence[Answer]]) -> "Figure":
    """A panel a claim: every variation by kind, with its 10 and 90 % quantiles; what turns the sign is an open mark."""
    import matplotlib.pyplot as plt

    from chokepoint.sim.results import drawing

    with drawing.theme():
        figure, axes = plt.subplots(len(found), 1, figsize=(7.2, 2.1 * len(found)), layout="constrained", squeeze=False)
        for ax, (name, answers) in zip(axes[:, 0], found.items(), strict=True):
            kinds = list(dict.fromkeys(a.variation.kind for a in answers))
            turned = flips(answers)
            for a in answers:
                same = [b for b in answers if b.variation.kind == a.variation.kind]
                y = kinds.index(a.variation.kind) + 0.5 * ((same.index(a) + 0.5) / len(same) - 0.5)
                ax.plot([a.low, a.high], [y, y], color="0.7", linewidth=1.0)
                face = "white" if a in turned else "#08519c"
                ax.plot(a.mean, y, "o", color="#08519c", markerfacecolor=face, markersize=4.0)
            ax.axvline(0.0, color="black", linewidth=0.8)
            ax.axvline(answers[0].mean, color="#08519c", linewidth=0.8, linestyle=":")
            ax.set_yticks(range(len(kinds)), kinds, fontsize=7)
            ax.invert_yaxis()
            ax.set_xlabel(answers[0].claim.unit, fontsize=8)
            ax.set_title(name, loc="left", fontsize=9)
        figure.suptitle("Claims about reserves under all that was varied (open: the sign is another)", fontsize=9)
        return figure
