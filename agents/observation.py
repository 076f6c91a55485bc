"""What a state may know when it decides, and what it can ask its analysts.

A doctrine reads these names and no others. `sim/politics/observation.py` fills them from the world, each when
it is first read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from chokepoint.agents.measure import Measure


@dataclass(frozen=True)
class Outlook:
    """What a state expects of a course of action over some years, on its own beliefs. Money is thousand USD.

    income: what all agents of its territory earn less what they pay, abroad, and what their stocks grew by. lost_value:
    for each other country, value added lost for want of material. paid: what its firms pay for material, that of its
    reserve included, less what their stocks grew by. Stocks count at base-year prices, so that what is drawn down now
    and bought later does not hang on the end of the span. mined_value: ore dug, at base-year prices. entry_value: a
    year's output, at base-year prices, of mines that others are building or have opened. exports: its legal exports by
    week, at base-year prices.
    """

    income: float
    lost_value: Mapping[str, float]
    paid: Mapping[str, float]
    mined_value: float
    entry_value: float
    exports: Sequence[float]

    @property
    def harm(self) -> dict[str, float]:
        """For each other country, value added lost and what is paid for material together."""
        return {k: self.lost_value[k] + self.paid[k] for k in self.lost_value}


class Observation(Protocol):
    """What a state may know at a policy date. Prices are USD per kg by material; mappings are by other country.

    - day: last day of the week that it decides for; what history dates up to it is due.
    - until: last day before it decides again.
    - country, others: itself, and all other countries.
    - prices_inside, prices_outside: of its own market and of the world.
    - habitual_inside: what people at home are used to.
    - cover_inside: what holders at home have and await, over what they want at the price that they expect.
    - free_exports_t: its legal exports, t gross a year, when it last restricted nothing.
    - dependence: share of a country's arrivals in the last 52 weeks that came from it.
    - tension: with a country, 0 to 1.
    - reserve_days: days of use that a country's state reserve is believed to hold.
    - restricted_abroad: share of the base year's trade that other states restrict now.
    - refused: share of licences that a country refuses it now, 1 under an embargo.
    - conceded: whether a country gave in to it since their last incident.
    - income, harm: as in `Outlook`, of its last period as it happened.
    - luck: a number between 0 and 1 drawn for this state and week, for doctrines that mix.
    """

    @property
    def day(self) -> date: ...
    @property
    def until(self) -> date: ...
    @property
    def country(self) -> str: ...
    @property
    def others(self) -> Sequence[str]: ...
    @property
    def prices_inside(self) -> Mapping[str, float]: ...
    @property
    def prices_outside(self) -> Mapping[str, float]: ...
    @property
    def habitual_inside(self) -> Mapping[str, float]: ...
    @property
    def cover_inside(self) -> Mapping[str, float]: ...
    @property
    def free_exports_t(self) -> float: ...
    @property
    def dependence(self) -> Mapping[str, float]: ...
    @property
    def tension(self) -> Mapping[str, float]: ...
    @property
    def reserve_days(self) -> Mapping[str, float]: ...
    @property
    def restricted_abroad(self) -> float: ...
    @property
    def income(self) -> float: ...
    @property
    def harm(self) -> Mapping[str, float]: ...
    @property
    def refused(self) -> Mapping[str, float]: ...
    @property
    def conceded(self) -> Mapping[str, bool]: ...
    @property
    def luck(self) -> float: ...

    def outlook(self, measures: Sequence[Measure], weeks: int) -> Outlook:
        """What the state expects of the next `weeks` if it takes these measures today."""
        ...


NAMES = tuple(name for name in vars(Observation) if not name.startswith("_"))
