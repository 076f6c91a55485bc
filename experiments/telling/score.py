"""A score for a terminal: facts beside history, the loss, and errors of prices beside those of rivals."""

from typing import Any

from chokepoint.experiments.history.catalogue import Episode
from chokepoint.experiments.history.facts import NOT_ANSWERED
from chokepoint.experiments.history.scoring import Score, as_data
from chokepoint.experiments.telling.numbers import show_number


def in_words(result: Score) -> str:
    """How many of the facts hold, in one line."""
    count = result.count
    if not count.groups:
        return "no fact is counted"
    low, high = count.interval
    return (
        f"{count.passing:.1f} of {count.groups} pass ({100 * count.share:.0f} %, {100 * low:.0f} to {100 * high:.0f}),"
        f" {count.strong:.1f} strong; facts of one observation count as one, implied ones do not, unanswered ones fail;"
        " a verdict with ? might turn with more replications"
    )


def print_score(result: Score, place: Episode, console: Any) -> None:
    """Print facts, loss and rivals to a rich console."""
    from rich.table import Table

    console.print(
        f"\n[bold]{place.name}[/bold] against history, {result.replications} replications, seed {result.seed}"
        + (f", {result.failed} runs failed and are left out" if result.failed else "")
    )
    table = Table(header_style="bold")
    for name in ("fact", "", "history", "model, median", "10-90 %", "pass", "strong", "verdict"):
        table.add_column(name, justify="left" if name in ("fact", "", "verdict") else "right")
    colours = {"strong": "green", "pass": "cyan", "fail": "red", NOT_ANSWERED: "yellow", "": "white"}
    group = None
    for f in result.findings:
        unit = f.fact.unit
        if f.fact.group != group:
            table.add_section()
            group = f.fact.group
        whole = f.value != f.value
        shares = ["" if s is None else f"{100 * s:.0f} %" for s in (f.pass_share, f.strong_share)]
        table.add_row(
            f.fact.id, f.fact.title + ("" if unit in ("month", "", "ln") else f", {unit}"),
            "" if whole else show_number(f.fact.observed, unit), "" if whole else show_number(f.value, unit),
            "" if whole else f"{show_number(f.low, unit)} - {show_number(f.high, unit)}", *shares,
            f"[{colours[f.verdict]}]{f.verdict}[/]{'?' * f.unsure}{' (implied)' * bool(f.fact.implied)}",
        )  # fmt: skip
    console.print(table)
    console.print(in_words(result))
    for f in result.findings:
        if f.fact.unanswered and f.fact.statistic:
            console.print(f"{f.fact.id} is not answered: {f.fact.unanswered}")
    if result.losses:
        console.print("loss: " + ", ".join(f"{name} {value:.2f}" for name, value in result.losses.items()))
    data = as_data(result, place)
    for group, held in data["bands"].items():
        console.print(
            f"{group}: bands of 90 % hold {100 * held['held']:.0f} % of {held['points']} points,"
            f" crps {held['crps']:.2f}, mean square of whitened errors {held['whitened']:.2f}"
        )
    if data := data["baselines"]:
        table = Table(title="Prices beside rivals: mean |ln error| from the first act on", title_justify="left")
        for name in data[0]:
            table.add_column(name, justify="left" if name == "baseline" else "right")
        for row in data:
            table.add_row(*("" if v is None else v if isinstance(v, str) else f"{v:.2f}" for v in row.values()))
        console.print(table)
