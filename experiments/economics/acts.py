"""What states do in an experiment, and what is said: changes that add rows to a scenario.

Weeks count from the start of the scenario; an act from week a to week b is in force in weeks a, ..., b - 1. News tell
of an act by its name; what nobody is told of is unheard.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from chokepoint.experiments.economics.worlds import ASSUMED, Change
from chokepoint.sim.scenario.tables import Event, News, Scenario


def day(scenario: Scenario, week: int) -> date:
    """The first day of a week."""
    return scenario.start + timedelta(days=7 * week)


def act(
    name: str, actor: str, instrument: str, first: int, last: int | None = None, *, targets: Sequence[str] = ("all",),
    value: float | None = None, unit: str = "none", materials: str = "", heard: int | None = None, kind: str = "act",
) -> Change:  # fmt: skip
    """One act. materials: what it is for; empty for all. heard: week in which all are told of it, as `kind` of news;
    None for never."""

    def change(scenario: Scenario) -> Scenario:
        start = day(scenario, first)
        end = None if last is None else day(scenario, last) - timedelta(days=1)
        row = _event(name, start, end, actor, instrument, ";".join(targets), value, unit, materials)
        told = () if heard is None else (_news(name, day(scenario, heard), kind, (name,)),)
        return _with(scenario, (row,), told)

    return change


def embargo(actor: str, first: int, last: int | None = None, **cells: Any) -> Change:
    """No cargo leaves for the targets."""
    return act(f"embargo.{actor}", actor, "embargo", first, last, **cells)


def tax(actor: str, first: int, per_cent: float, materials: Sequence[str], **cells: Any) -> Change:
    """A tax on exports of these materials."""
    return act(
        f"tax.{actor}", actor, "export_tax", first, value=per_cent, unit="%", materials=";".join(materials), **cells
    )  # fmt: skip


def permit(actor: str, first: int, working_days: float, **cells: Any) -> Change:
    """Every export waits for a licence."""
    return act(f"permit.{actor}", actor, "export_licence", first, value=working_days, unit="working days", **cells)


def refusal(actor: str, first: int, per_cent: float, **cells: Any) -> Change:
    """So many of the applications for a licence are refused."""
    return act(f"refusal.{actor}", actor, "licence_refusal", first, value=per_cent, unit="%", **cells)


def ore_hold(
    name: str, mines: Sequence[tuple[str, str]], first: int, last: int | None = None, heard: int | None = None
) -> Change:
    """The ore of these mines, each told with its country, is stopped: by every country that of its own.

    Where a country has no government in the scenario, the first one that has stops it in its place.
    """

    def change(scenario: Scenario) -> Scenario:
        states = [country.country for country in scenario.countries if country.role != "none"]
        by_country: dict[str, list[str]] = {}
        for mine, country in mines:
            by_country.setdefault(country if country in states else states[0], []).append(mine)
        for country, own in by_country.items():
            scenario = act(f"{name}.{country}", country, "ore_hold", first, last, targets=own)(scenario)
        names = [f"{name}.{country}" for country in by_country]
        return scenario if heard is None else said(name, heard, "act", names)(scenario)

    return change


def first_quota_week(scenario: Scenario, years: int = 2) -> int:
    """The week that holds the first of January, so many years after that of the start: quotas are those of years."""
    return (date(scenario.start.year + years, 1, 1) - scenario.start).days // 7


def quotas(
    actor: str, tonnes: Sequence[float], *, years: int = 2, heard: int | None = None, kind: str = "act",
    name: str = "quota",
) -> Change:  # fmt: skip
    """Quotas of half-years, t gross each, one after another from the first of January `years` after the start's."""

    def change(scenario: Scenario) -> Scenario:
        rows = []
        for i, amount in enumerate(tonnes):
            year, half = scenario.start.year + years + i // 2, i % 2
            start, end = (date(year, 7, 1), date(year, 12, 31)) if half else (date(year, 1, 1), date(year, 6, 30))
            title = f"{name}.{actor}.{i + 1}"
            rows.append(_event(title, start, end, actor, "export_quota", "all", amount, "t gross", ""))
        names = [row.id for row in rows]
        told = () if heard is None else (_news(f"{name}.{actor}", day(scenario, heard), kind, names),)
        return _with(scenario, tuple(rows), told)

    return change


def free_half_year(actor: str, years: int) -> Change:
    """No quota from the first of January `years` after the start's on: licences of a quota end with its year."""

    def change(scenario: Scenario) -> Scenario:
        year = scenario.start.year + years
        row = _event(
            f"free.{actor}", date(year, 1, 1), date(year, 6, 30), actor, "export_quota", "all", None, "none", ""
        )
        return _with(scenario, (row,), ())

    return change


def said(name: str, week: int, kind: str, measures: Sequence[str]) -> Change:
    """Something said on the first day of a week about acts of these names."""
    return lambda scenario: _with(scenario, (), (_news(name, day(scenario, week), kind, measures),))


def use_times(factor: float, first: int, countries: Sequence[str] | None = None) -> Change:
    """Use at given prices is so many times that of the base year from the month on in which a week begins."""

    def change(scenario: Scenario) -> Scenario:
        whole = (scenario.end.year - scenario.start.year) * 12 + scenario.end.month - scenario.start.month + 1
        months = [divmod(scenario.start.month - 1 + i, 12) for i in range(whole)]
        names = tuple(f"{scenario.start.year + year:04d}-{month + 1:02d}" for year, month in months)
        begins = day(scenario, first).strftime("%Y-%m")
        level = tuple(factor if name >= begins else 1.0 for name in names)
        chosen = [c.country for c in scenario.countries] if countries is None else countries
        known = {firm.country for firm in scenario.firms}
        activity = {country: level for country in chosen if country in known}
        return scenario.model_copy(update={"activity": activity, "activity_months": names})

    return change


def _with(scenario: Scenario, events: Sequence[Event], news: Sequence[News]) -> Scenario:
    return scenario.model_copy(update={"events": (*scenario.events, *events), "news": (*scenario.news, *news)})


def _event(
    name: str, start: date, end: date | None, actor: str, instrument: str, target: str, value: float | None, unit: str,
    materials: str,
) -> Event:  # fmt: skip
    return Event(
        id=name, date=start, start=start, end=end, actor=actor, instrument=instrument, materials=materials,
        target=target, value=value, unit=unit, admitted="yes", **ASSUMED,
    )  # fmt: skip


def _news(name: str, on: date, kind: str, measures: Sequence[str]) -> News:
    return News(
        id=f"news.{name}", date=on, kind=kind, target="all", measure=";".join(measures), admitted="yes", text=name,
        **ASSUMED,
    )  # fmt: skip
