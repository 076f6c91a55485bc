"""A run as two CSV files for any other program: every number on a line of its own, and what the series mean.

    series.csv           replication, week, series, column, value, unit
    data_dictionary.csv  series, column_kind, unit, months, meaning

Each number reads back to the same bits. Columns that are zero throughout are left out, as in the Parquet table. Large:
some 8 MB a replication of the episode of 2010, eight times the Parquet table.
"""

import csv
from datetime import timedelta
from itertools import repeat
from pathlib import Path

from chokepoint.sim.results.record import Recorded

SERIES_CSV, DICTIONARY_CSV = "series.csv", "data_dictionary.csv"


def write_csv(run: Recorded, folder: Path) -> list[Path]:
    """Write both files into an existing `folder` and return their paths; an `OSError` may leave a part behind."""
    paths = [folder / SERIES_CSV, folder / DICTIONARY_CSV]
    n, steps = run.replications, run.steps
    weeks = [(run.start + timedelta(days=int(t * run.step_days))).isoformat() for t in range(steps)] * n
    replications = [i for i in range(n) for _ in range(steps)]
    with paths[0].open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("replication", "week", "series", "column", "value", "unit"))
        for name, info in run.about.items():
            for i, column in enumerate(run.columns[name]):
                values = run.arrays[name][:, :, i].ravel()
                if values.any():
                    same = repeat(name), repeat(column)
                    rows.writerows(zip(replications, weeks, *same, values.tolist(), repeat(info.unit), strict=False))
    with paths[1].open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("series", "column_kind", "unit", "months", "meaning"))
        for name, info in run.about.items():
            rows.writerow((name, info.columns, info.unit, "add" if info.adds else "average", info.meaning))
    return paths
