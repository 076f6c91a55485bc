"""Runs of a sweep in which a price ran away: the table of runs says so in `message`, and analyses tell them."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas

MOST_TOLD = 5  # of such runs, told one by one


def ran_away(runs: "pandas.DataFrame") -> "pandas.DataFrame":
    """The finished runs with a price beyond what anybody has seen. runs: table of runs, or a ledger."""
    told = runs["message"].fillna("").astype(str)
    return runs[(runs["state"] == "done") & (told != "")]


def told_briefly(runs: "pandas.DataFrame") -> list[str]:
    """A line for each of the first of these runs, and how many more there are; empty where no price ran away."""
    away = ran_away(runs)
    rows = zip(away["point"], away["replication"], away["message"], strict=True)
    lines = [f"point {point}, replication {replication}: {message}" for point, replication, message in rows]
    more = len(lines) - MOST_TOLD
    return lines[:MOST_TOLD] + ([f"{more} more run{'s' if more > 1 else ''} with one"] if more > 0 else [])


def points_with_one(runs: "pandas.DataFrame") -> np.ndarray:
    """Points at which a price ran away in some replication."""
    return np.unique(ran_away(runs)["point"].to_numpy())
