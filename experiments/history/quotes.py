"""Dated prices that predictions are held against, and the price that was last seen before they begin.

They are the scored prices of an episode: those of its groups (`observed.py`); without groups the rows of `observed.csv`
that are marked as scored, and all its prices where none is, since the facts of such an episode are made of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from chokepoint.experiments.history.catalogue import Episode
from chokepoint.experiments.history.observed import Datum, observations
from chokepoint.sim.network.layout import Layout

LONGEST_DAYS = 92  # of a mean that stands for a day: a quarter
SIDES = ("outside", "inside")  # prices of a record; a market with another name is a country


@dataclass(frozen=True)
class Quote:
    """The price of an item between two days, as its logarithm, and where it was quoted.

    market: `outside`, `inside` (of the first exporting state), or a country. weights: what the item is made of.
    """

    item: str
    market: str
    weights: tuple[tuple[str, float], ...]
    first: date
    last: date
    log_value: float

    @property
    def series(self) -> tuple[str, str]:
        """Market and item."""
        return self.market, self.item

    @property
    def middle(self) -> date:
        return self.first + (self.last - self.first) / 2

    @property
    def short(self) -> bool:
        """Whether it can stand for a day."""
        return (self.last - self.first).days < LONGEST_DAYS

    @property
    def datum(self) -> Datum:
        """What of a run has to be read for it."""
        aside = self.market not in SIDES
        columns = tuple((f"{self.market} {m}" if aside else m, w) for m, w in self.weights)
        series = "price" if aside else f"price_{self.market}"
        return Datum(self.market, self.item, series, columns, False, self.first, self.last, self.log_value, 0.0)

    def zone(self, layout: Layout) -> int:
        """The zone whose price it is, in the order of a layout."""
        if self.market in SIDES:
            return SIDES.index(self.market) if len(layout.zones) > 1 else 0
        return int(layout.N.zone_of_country[layout.countries.index(self.market)])


def scored(place: Episode, layout: Layout) -> list[Quote]:
    """The prices of an episode that predictions are held against, those within its run."""
    history = place.facts.history
    if history is not None:
        priced = [d for d in history.data if d.series.startswith("price_")]
        found = [
            Quote(d.item, d.series.removeprefix("price_"), d.weights, d.first, d.last, d.log_value) for d in priced
        ]
    else:
        rows = _prices(place)
        found = quotes_of([r for r in rows if r["scored"] == "yes"] or rows, mixes_of(place), layout)
    calendar = layout.calendar
    return [q for q in found if q.first >= calendar.start and q.last <= calendar.end]


def seen(place: Episode, layout: Layout) -> list[Quote]:
    """All short quotes that are on record, scored or not: what is known before a day is looked up among them."""
    return [q for q in quotes_of(_prices(place), mixes_of(place), layout) if q.short]


def _prices(place: Episode) -> list[dict[str, str]]:
    return [row for row in observations(place.folder) if row["quantity"] == "price" and float(row["value"]) > 0.0]


def mixes_of(place: Episode) -> dict[str, tuple[tuple[str, float], ...]]:
    """Items that are mixes of materials, by the name under which they are quoted.

    Their weights stand in the groups of an episode, or in the arguments of its facts: `NdPr` is the mix of Nd and Pr.
    """
    history = place.facts.history
    found = {} if history is None else {d.item: d.weights for d in history.data if d.series.startswith("price_")}
    for fact in place.facts.facts:
        weights: Mapping[str, Any] = fact.arguments.get("weights", {})
        if len(weights) > 1:
            whole = float(sum(weights.values()))
            found.setdefault("".join(weights), tuple((m, float(w) / whole) for m, w in weights.items()))
    return found


def quotes_of(
    rows: Iterable[Mapping[str, str]], mixes: Mapping[str, tuple[tuple[str, float], ...]], layout: Layout
) -> list[Quote]:
    """Rows of `observed.csv` as quotes, those of one item, market and span as one: their mean. Left out are items that
    are made of nothing that the episode has, and markets that it does not know."""
    found: dict[tuple[str, str, date, date], list[float]] = {}
    for row in rows:
        span = date.fromisoformat(row["start"]), date.fromisoformat(row["end"])
        found.setdefault((row["material"], row["market"], *span), []).append(float(row["value"]))
    quotes = []
    for (item, market, first, last), values in found.items():
        weights = ((item, 1.0),) if item in layout.materials else mixes.get(item, ())
        if weights and (market in SIDES or market in layout.countries):
            quotes.append(Quote(item, market, weights, first, last, float(np.log(np.mean(values)))))
    return sorted(quotes, key=lambda q: (q.series, q.first, q.last))


def last_before(day: date, quote: Quote, known: Sequence[Quote], start: date) -> Quote | None:
    """The last quote of the same item and market that was over before a day and not older than the run."""
    before = [q for q in known if q.series == quote.series and q.last < day and q.first >= start]
    return max(before, key=lambda q: (q.last, q.first), default=None)


def nearest_to(day: date, quotes: Sequence[Quote], within: timedelta) -> list[int]:
    """Of each item and market the short quote whose middle is nearest to a day (all that are equally near), if it is
    within some days: places in the sequence."""
    found = []
    for series in dict.fromkeys(q.series for q in quotes):
        apart = {i: abs(q.middle - day) for i, q in enumerate(quotes) if q.series == series and q.short}
        least = min(apart.values(), default=within + timedelta(days=1))
        if least <= within:
            found += [i for i, gap in apart.items() if gap == least]
    return sorted(found)
