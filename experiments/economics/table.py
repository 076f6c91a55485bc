"""The answers as a table: on the console, as JSON, as CSV, and as a page of Markdown."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from chokepoint.experiments.economics.asked import Row
from chokepoint.experiments.economics.suite import Answer

COLUMNS = ("id", "part", "world", "what", "value", "must", "verdict", "why")


def rows_of(answers: Sequence[Answer]) -> list[Row]:
    return [row for answer in answers for row in answer.rows]


def as_data(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """One object a row; a value that is no number is null."""
    return [
        {
            "id": row.row, "part": row.asked.part, "world": row.world, "what": row.asked.what, "unit": row.asked.unit,
            "value": row.value if row.value is not None and row.value == row.value else None,
            "low": row.asked.low, "high": row.asked.high, "must": row.asked.must, "verdict": row.verdict,
            "why": row.why,
        }
        for row in rows_of(answers)
    ]  # fmt: skip


def counted(answers: Sequence[Answer]) -> str:
    """How many answers keep their limits, and how many rows with all of their answers."""
    rows = rows_of(answers)
    whole: dict[str, bool] = {}
    for row in rows:
        whole[row.row] = whole.get(row.row, True) and row.passed
    posed = sum(row.value is None for row in rows)
    said = (
        f"{sum(row.passed for row in rows)} of {len(rows)} answers pass; "
        f"{sum(whole.values())} of {len(whole)} rows with all of theirs"
    )
    return f"{said}; {posed} not posed, which count as failed" if posed else said


def print_answers(answers: Sequence[Answer], console: Any) -> None:
    """The table and the count."""
    from rich.table import Table

    shown = Table(header_style="bold")
    for name in ("id", "what", "world", "value", "must", "verdict"):
        shown.add_column(name, justify="right" if name == "value" else "left")
    before = ""
    for answer in answers:
        if answer.experiment.title != before:
            before = answer.experiment.title
            shown.add_row(answer.experiment.row, f"[bold]{before}[/bold]", "", "", "", "")
        for row in answer.rows:
            colour = "green" if row.passed else "red"
            what = f"{row.asked.what}: {row.why}" if row.why else row.asked.what
            shown.add_row("", what, row.world, row.told, row.asked.must, f"[{colour}]{row.verdict}[/{colour}]")
    console.print(shown)
    console.print(counted(answers))


def as_csv(answers: Sequence[Answer]) -> str:
    """One line a row."""
    return csv_text(COLUMNS, as_data(answers))


def csv_text(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """A table as CSV: these columns, numbers with six digits, nothing where there is none."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        told = {name: f"{cell:.6g}" if isinstance(cell, float) else cell for name, cell in row.items()}
        writer.writerow({name: "" if cell is None else cell for name, cell in told.items()})
    return text.getvalue()


def as_page(answers: Sequence[Answer]) -> str:
    """A page of Markdown with every answer."""
    lines = [
        "# Elementary economics: what the market answers",
        "",
        "Written by `chokepoint economics --readme FILE`; do not edit. Each row is an experiment whose answer has a"
        " known sign and size, on small quiet worlds (no acts but those of the experiment, no noise unless said) at"
        " shipped parameters. What cannot be posed counts as failed; so does `no answer`: nothing moves of which"
        " a share could be told.",
        "",
        f"{counted(answers)}.",
        "",
        "| row | asked | world | value | must | verdict |",
        "|---|---|---|---|---|---|",
    ]
    before = ""
    for answer in answers:
        if answer.experiment.title != before:
            before = answer.experiment.title
            lines.append(f"| **{answer.experiment.row}** | **{before}** | | | | |")
        for row in answer.rows:
            what = f"{row.asked.what} ({row.why})" if row.why else row.asked.what
            verdict = row.verdict if row.passed else f"**{row.verdict}**"
            cells = (f"{row.row} {row.asked.part}", what, row.world, row.told, row.asked.must, verdict)
            lines.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
    return "\n".join(lines) + "\n"
