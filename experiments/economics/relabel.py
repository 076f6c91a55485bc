"""The same world told in other words: parts of a mine or a firm, other names, orders, units and dates."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from chokepoint.experiments.economics.worlds import Change
from chokepoint.sim.scenario.tables import TABLES, Scenario

TONNES = ("output_t_per_year", "capacity_t_per_year", "use_t_per_year", "capex_musd")
MONEY = ("cost_usd_per_kg", "capex_musd", "freight_usd_per_kg", "value_added_usd_per_kg")
NAMED = {"mines": "mine", "refiners": "refiner", "firms": "firm"}


def sliced(shares: Sequence[float]) -> Change:
    """Every running mine in parts of these shares, named `<mine> / 1`, `<mine> / 2`, ..."""

    def change(scenario: Scenario) -> Scenario:
        mines: list[Any] = []
        feeds: list[Any] = [feed for feed in scenario.feeds if not _runs(scenario, feed.mine)]
        for mine in scenario.mines:
            if mine.stage != "operating":
                mines.append(mine)
                continue
            own = [feed for feed in scenario.feeds if feed.mine == mine.mine]
            for i, share in enumerate(shares):
                title = part(mine.mine, i)
                sizes = {key: share * getattr(mine, key) for key in ("output_t_per_year", "capacity_t_per_year")}
                mines.append(mine.model_copy(update={"mine": title, **sizes}))
                feeds += [feed.model_copy(update={"mine": title}) for feed in own]
        return scenario.model_copy(update={"mines": tuple(mines), "feeds": tuple(feeds)})

    return change


def running(scenario: Scenario) -> list[Any]:
    """Mines that dig in the base year."""
    return [mine for mine in scenario.mines if mine.stage == "operating" and mine.output_t_per_year > 0.0]


def part(mine: str, number: int) -> str:
    """The name of a part of a mine, from 0."""
    return f"{mine} / {number + 1}"


def _runs(scenario: Scenario, name: str) -> bool:
    return any(mine.mine == name and mine.stage == "operating" for mine in scenario.mines)


def halved(firm: str) -> Change:
    """A firm as two of half its size."""

    def change(scenario: Scenario) -> Scenario:
        rows: list[Any] = []
        for row in scenario.firms:
            if row.firm != firm:
                rows.append(row)
                continue
            sizes = {"use_t_per_year": row.use_t_per_year / 2.0, "trade_share": row.trade_share / 2.0}
            rows += [row.model_copy(update={"firm": f"{firm} {word}", **sizes}) for word in ("one", "two")]
        return scenario.model_copy(update={"firms": tuple(rows)})

    return change


def without_traders(scenario: Scenario) -> Scenario:
    """A world in which nobody holds stocks to resell them."""
    return scenario.model_copy(update={"firms": tuple(row for row in scenario.firms if row.trade_share <= 0.0)})


def firms_renamed(letter: str) -> Change:
    """Every firm with a letter behind its name."""
    return lambda scenario: scenario.model_copy(
        update={"firms": tuple(row.model_copy(update={"firm": f"{row.firm} {letter}"}) for row in scenario.firms)}
    )


def renamed(letter: str, keys: bool = False) -> Change:
    """Every firm, mine and refiner with a letter behind its name; `keys`: they keep what their luck hangs on."""

    def change(scenario: Scenario) -> Scenario:
        update: dict[str, Any] = {}
        for table, key in NAMED.items():
            rows = getattr(scenario, table)
            update[table] = tuple(
                row.model_copy(
                    update={
                        key: f"{getattr(row, key)} {letter}",
                        "key": (row.key or getattr(row, key)) if keys else row.key,
                    }
                )
                for row in rows
            )
        update["feeds"] = tuple(
            feed.model_copy(update={"mine": f"{feed.mine} {letter}", "refiner": f"{feed.refiner} {letter}"})
            for feed in scenario.feeds
        )
        places = {row.mine for row in scenario.mines} | {row.refiner for row in scenario.refiners}
        update["events"] = tuple(
            event.model_copy(
                update={"target": ";".join(f"{t} {letter}" if t in places else t for t in event.target.split(";"))}
            )
            for event in scenario.events
        )
        return scenario.model_copy(update=update)

    return change


def reversed_rows(tables: Sequence[str] | None = None) -> Change:
    """The rows of some tables, or of all but materials, in the opposite order."""
    chosen = [table for table in TABLES if table != "materials"] if tables is None else tables
    return lambda scenario: scenario.model_copy(update={t: tuple(reversed(getattr(scenario, t))) for t in chosen})


def in_units(tonnes: float = 1.0, money: float = 1.0) -> Change:
    """Every mass, or every price and cost, so many times as large; acts in tonnes too."""
    factors = dict.fromkeys(TONNES, tonnes)
    for key in MONEY:
        factors[key] = factors.get(key, 1.0) * money

    def change(scenario: Scenario) -> Scenario:
        update: dict[str, Any] = {}
        for table in ("mines", "refiners", "firms", "lags", "sectors"):
            update[table] = tuple(
                row.model_copy(
                    update={k: getattr(row, k) * f for k, f in factors.items() if k in type(row).model_fields}
                )
                for row in getattr(scenario, table)
            )
        update["base_year"] = tuple(
            row.model_copy(update={"value": row.value * (tonnes if row.item == "flow" else money)})
            for row in scenario.base_year
        )
        update["events"] = tuple(
            event.model_copy(update={"value": event.value * tonnes})
            if event.value is not None and event.unit.startswith("t ")
            else event
            for event in scenario.events
        )
        freight = scenario.choices.freight_usd_per_kg * money
        update["choices"] = scenario.choices.model_copy(update={"freight_usd_per_kg": freight})
        return scenario.model_copy(update=update)

    return change


def later(weeks: int) -> Change:
    """Every date so many weeks later."""
    shift = timedelta(days=7 * weeks)

    def change(scenario: Scenario) -> Scenario:
        events = tuple(
            e.model_copy(
                update={
                    "date": e.date + shift,
                    "start": e.start + shift,
                    "end": None if e.end is None else e.end + shift,
                }
            )
            for e in scenario.events
        )
        news = tuple(item.model_copy(update={"date": item.date + shift}) for item in scenario.news)
        dates = {"start": scenario.start + shift, "end": scenario.end + shift}
        return scenario.model_copy(update={**dates, "events": events, "news": news})

    return change
