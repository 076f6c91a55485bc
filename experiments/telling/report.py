"""The report of a run: a short table beside history, as text for a terminal and as plain data for machines."""

from datetime import date, timedelta
from math import isfinite
from typing import Any

from chokepoint.experiments.history.catalogue import Episode
from chokepoint.experiments.history.facts import Finding, hold_against
from chokepoint.experiments.telling.numbers import show_number
from chokepoint.sim.results.run import Run


def findings(run: Run, episode: Episode) -> list[Finding]:
    """What the run says of each fact of the episode."""
    return hold_against(run, episode.facts)


def as_data(run: Run, found: list[Finding]) -> dict[str, Any]:
    """The report as plain data (one JSON object)."""
    return {
        "episode": run.name,
        "identity": run.manifest["identity"],
        "seed": run.manifest["seed"],
        "replications": run.replications,
        "changes": run.manifest["changes"],
        "runaways": run.runaways,
        "facts": [
            {
                "id": f.fact.id, "title": f.fact.title, "unit": f.fact.unit, "observed": f.fact.observed,
                "value": _told(f.value), "low": _told(f.low), "high": _told(f.high), "band": f.fact.band,
                "pass_share": f.pass_share, "pass": f.passes,
            }
            for f in found
        ],
        "years": years(run),
    }  # fmt: skip


def _told(value: float) -> float | None:
    """A number as JSON can hold it."""
    return value if isfinite(value) else None


def years(run: Run) -> list[dict[str, Any]]:
    """Totals by calendar year, mean over replications (t gross for trade, t contained else, million USD)."""
    rows = []
    last = run.start + timedelta(days=int(run.steps * run.step_days) - 1)
    for year in range(run.start.year, last.year + 1):
        span = max(run.start, date(year, 1, 1)), min(last, date(year, 12, 31))

        def of(series: str, span: tuple[date, date] = span) -> float:
            return float(run.total(series, run.columns[series], *span).mean())

        rows.append(
            {
                "year": year, "exports_t": of("exports"), "smuggled_t": of("leaked"), "use_t": of("use"),
                "use_lost_t": of("shortfall"), "mined_t": of("mined"),
                "rent_of_exporters_musd": of("rent") / 1000.0, "export_tax_musd": of("export_tax") / 1000.0,
            }
        )  # fmt: skip
    return rows


def print_report(run: Run, found: list[Finding], console: Any) -> None:
    """Print the tables to a rich console."""
    from rich.table import Table

    console.print(
        f"\n[bold]{run.title}[/bold]  ({run.name}, {run.replications} replications, seed {run.manifest['seed']})"
    )
    if found:
        table = Table(title="The run beside history", title_justify="left", header_style="bold")
        for name, justify in (
            ("", "left"), ("history", "right"), ("model, median", "right"), ("10-90 %", "right"), ("unit", "left"),
            ("pass", "right"),
        ):  # fmt: skip
            table.add_column(name, justify=justify)  # type: ignore[arg-type]
        group = None
        for f in found:
            if f.fact.group != group:
                table.add_section()
                table.add_row(f"[italic]{f.fact.group}[/italic]")
                group = f.fact.group
            unit = f.fact.unit
            mark = "" if f.pass_share is None else f"{'[green]' if f.passes else '[red]'}{100 * f.pass_share:.0f} %[/]"
            whole = f.value != f.value  # whether all parts of a fact pass
            numbers = ("", "", "") if whole else (
                show_number(f.fact.observed, unit), show_number(f.value, unit),
                f"{show_number(f.low, unit)} - {show_number(f.high, unit)}",
            )  # fmt: skip
            table.add_row(f"  {f.fact.title}", *numbers, "" if unit == "month" else unit, mark)
        console.print(table)
        scored = [f for f in found if f.passes is not None]
        console.print(
            f"{sum(1 for f in scored if f.passes)} of {len(scored)} facts pass (in at least 70 % of replications)."
        )
    table = Table(title="By year (means over replications)", title_justify="left", header_style="bold")
    heads = (
        "year", "legal exports\nt gross", "smuggled\nt gross", "use\nt", "use lost as\nlines stop t", "mined\nt",
        "rent of exporters\nmillion USD", "export tax\nmillion USD",
    )  # fmt: skip
    for name in heads:
        table.add_column(name, justify="right")
    for row in years(run):
        cells = list(row.values())
        table.add_row(str(cells[0]), *(f"{x:,.0f}" for x in cells[1:]))
    console.print(table)
