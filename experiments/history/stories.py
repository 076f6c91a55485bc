"""What the figures of an episode dwell on: which acts, months, windows and which buyer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from chokepoint.sim.results.drawing import Event
from chokepoint.sim.results.run import Run

Row = dict[str, str]


@dataclass(frozen=True)
class Story:
    """What the figures of an episode dwell on.

    events: id of an act -> which of its days is marked, and a label; hold: ids of the act that began a stop and
    of the one that ended it; months: first and last day shown by month; windows: title, first and last day
    of each panel of the network; buyer: the country whose arrivals are shown.
    """

    buyer: str
    events: Mapping[str, tuple[str, str]]
    hold: tuple[str, str] | None = None
    months: tuple[date, date] | None = None
    windows: tuple[tuple[str, date, date], ...] = ()


STORIES = {
    "2010-embargo": Story(
        buyer="Japan",
        events={
            "quota.2010H2": ("date", "half-year export quota cut"),
            "embargo.japan.2010": ("start", "shipments to Japan stopped"),
            "inspection.japan.2010": ("end", "hold on cargo for Japan ends"),
            "campaign.2011.state-council": ("date", "State Council orders campaign in mining"),
            "complaint.us.2012": ("date", "complaint at the WTO"),
            "quota.end": ("date", "export quota abolished"),
        },
        hold=("embargo.japan.2010", "inspection.japan.2010"),
        months=(date(2010, 7, 1), date(2011, 6, 30)),
        windows=(
            ("before: 2009", date(2009, 1, 5), date(2009, 12, 31)),
            ("during: October-November 2010", date(2010, 10, 1), date(2010, 11, 30)),
            ("after: 2014", date(2014, 1, 1), date(2014, 12, 31)),
        ),
    ),
    "2019-threat": Story(
        buyer="Japan",
        events={
            "hold.myanmar.2019": ("start", "ore from Myanmar stopped"),
            "observed.tariff.us-ore": ("start", "duty on ore from the United States"),
            "production.2019.light": ("date", "mining quota raised"),
            "hold.myanmar.2019-12": ("start", "ore from Myanmar stopped again"),
        },
        months=(date(2019, 1, 1), date(2019, 12, 31)),
        windows=(
            ("before: 2018", date(2018, 1, 1), date(2018, 12, 31)),
            ("during: May-September 2019", date(2019, 5, 15), date(2019, 9, 29)),
        ),
    ),
    "2020-slump": Story(
        buyer="Japan",
        events={
            "hold.myanmar.2019-12": ("end", "ore from Myanmar flows again"),
            "production.2020.light": ("date", "mining quota raised"),
        },
        months=(date(2020, 1, 1), date(2020, 12, 27)),
        windows=(
            ("before: 2019", date(2019, 1, 1), date(2019, 12, 31)),
            ("slump: April-August 2020", date(2020, 4, 1), date(2020, 8, 31)),
        ),
    ),
}
MARKED = ("export_quota", "embargo", "export_tax", "ore_hold")  # acts marked in episodes without a story


def story_of(run: Run, countries: Sequence[Row], acts: Sequence[Row]) -> Story:
    """The story of an episode that ships; for any other, its first importing government and its first acts."""
    if run.name in STORIES:
        return STORIES[run.name]
    buyers = [r["country"] for r in countries if r["role"] == "importing_government"]
    marked = [r for r in acts if r["instrument"] in MARKED and r["admitted"] == "yes"][:6]
    return Story(buyers[0] if buyers else "", {r["id"]: ("start", _label(r)) for r in marked})


def _label(act: Row) -> str:
    """An act in words. A quota or tax without a value is one lifted."""
    lifted = act["instrument"] in ("export_quota", "export_tax") and not act["value"]
    return f"{act['instrument'].replace('_', ' ')}{' lifted' if lifted else ''}, {act['target']}"


def key_events(story: Story, acts: Sequence[Row]) -> list[Event]:
    """The few acts that figures mark, in the order of their days."""
    by_id = {r["id"]: r for r in acts}
    found = [(by_id[i][field], label) for i, (field, label) in story.events.items() if i in by_id]
    return sorted((date.fromisoformat(day), label) for day, label in found if day)
