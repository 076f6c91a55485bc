"""The answers as a table: on the console, as JSON, as CSV, and as a page of Markdown."""

from collections.abc import Sequence
from typing import Any

from chokepoint.experiments.docking.suite import Answer
from chokepoint.experiments.economics.table import csv_text

COLUMNS = (
    "row", "name", "part", "what", "unit", "ours", "low", "high", "published", "must", "verdict", "share", "source",
)  # fmt: skip


def as_data(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """One object a part; a value that is no number is null."""
    rows = []
    for answer in answers:
        for part in answer.parts:
            low, high = part.interval or (None, None)
            value = part.value if part.value is not None and part.value == part.value else None
            rows.append(
                {
                    "row": part.row, "name": answer.docking.name, "part": part.asked.part, "what": part.asked.what,
                    "unit": part.asked.unit, "ours": value, "low": low, "high": high,
                    "published": getattr(part.asked, "published", ""), "must": part.asked.must,
                    "verdict": part.verdict, "share": part.share, "over": answer.docking.over,
                    "source": answer.docking.source, "why": part.why or answer.docking.reason,
                }
            )  # fmt: skip
    return rows


def as_objects(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """One object a docking, with its parts."""
    parts = as_data(answers)
    return [
        {
            "row": answer.docking.row, "name": answer.docking.name, "title": answer.docking.title,
            "source": answer.docking.source, "posed": answer.docking.posed, "verdict": answer.verdict,
            "reason": answer.docking.reason, "notes": list(answer.reply.notes),
            "parts": [part for part in parts if part["row"] == answer.docking.row],
        }
        for answer in answers
    ]  # fmt: skip


def counted(answers: Sequence[Answer]) -> str:
    """How many published answers are met."""
    parts = [part for answer in answers for part in answer.parts]
    met = sum(answer.met for answer in answers)
    return f"{met} of {len(answers)} published answers are met; {sum(p.passed for p in parts)} of {len(parts)} parts"


def print_answers(answers: Sequence[Answer], console: Any) -> None:
    """The table, the reasons and the count."""
    from rich.table import Table

    shown = Table(header_style="bold")
    for name in ("row", "what", "ours (80 % interval)", "published", "must", "verdict"):
        shown.add_column(name)
    for answer in answers:
        colour = "green" if answer.met else "red"
        head = f"[bold]{answer.docking.title}[/bold], {answer.docking.source}"
        shown.add_row(answer.docking.row, head, "", "", "", f"[{colour}]{answer.verdict}[/{colour}]")
        for part in answer.parts:
            colour = "green" if part.passed else "red"
            published = getattr(part.asked, "published", "")
            what = f"{part.asked.what}: {part.why}" if part.why else part.asked.what
            shown.add_row("", what, part.told, published, part.asked.must, f"[{colour}]{part.verdict}[/{colour}]")
        shown.add_row("", f"[dim]{answer.docking.reason}[/dim]", "", "", "", "")
    console.print(shown)
    console.print(counted(answers))


def as_csv(answers: Sequence[Answer]) -> str:
    """One line a part."""
    return csv_text(COLUMNS, as_data(answers))


def as_page(answers: Sequence[Answer], draws: int, figures: bool = False) -> str:
    """A page of Markdown with every answer. figures: whether they stand beside it."""
    lines = [
        "# Docking: published answers, and ours",
        "",
        "Written by `chokepoint dock --readme FILE`; do not edit. Each row puts the set-up of a published answer into"
        " this model, with what the paper knows nothing of switched off, and holds the paper's number against what"
        " comes out. Ours is the answer at shipped parameters, and in brackets the interval from the 10 % to the 90 %"
        f" quantile over what the row says, {draws} draws where it does not say fewer: draws of parameters are from"
        " their priors (`low` to `high` of `agents/behaviour.csv`). A row is met where all of its parts lie within"
        " their limits at shipped parameters; in how many draws they do stands beside it.",
        "",
        f"{counted(answers)}.",
        "",
        "| row | asked | ours | published | must | verdict | in draws |",
        "|---|---|---|---|---|---|---|",
    ]
    for answer in answers:
        verdict = "met" if answer.met else "**not met**"
        lines.append(_line(f"**{answer.docking.row}**", f"**{answer.docking.title}**", "", "", "", verdict, ""))
        for part in answer.parts:
            what = f"{part.asked.what} ({part.why})" if part.why else part.asked.what
            share = "" if part.share is None else f"{part.share:.0%}"
            verdict = part.verdict if part.passed else f"**{part.verdict}**"
            published = getattr(part.asked, "published", "")
            row = f"{part.row} {part.asked.part}"
            lines.append(_line(row, what, part.told, published, part.asked.must, verdict, share))
    for answer in answers:
        lines += _section(answer, figures)
    return "\n".join(lines) + "\n"


def _line(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def _section(answer: Answer, figures: bool) -> list[str]:
    """How one row was posed, why it came out so, and what else did."""
    docking = answer.docking
    lines = [
        "",
        f"## {docking.row} {docking.title}: {answer.verdict}",
        "",
        f"*{docking.source}.* `chokepoint dock {docking.name}`",
        "",
        docking.posed,
        "",
        f"{'Why' if answer.met else 'Why not'}: {docking.reason}",
        "",
        f"Interval over: {docking.over}.",
    ]
    if answer.reply.notes:
        lines += ["", *(f"- {note[0].upper()}{note[1:]}." for note in answer.reply.notes)]
    if figures:
        lines += ["", f"![{docking.title}]({docking.row}.png)"]
    return lines
