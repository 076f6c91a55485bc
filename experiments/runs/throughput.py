"""How much the runner costs: `python -m chokepoint.experiments.runs.throughput [RUNS]`.

Runs the episode of 2010 so many times through the runner (two workers, a study's outputs, results on disk) and
starts two bare processes beside it, which do the same runs in a loop and keep nothing. Prints, over the time in which
both run, the runs of each and their ratio; what part of the workers' time is not the model; how the memory of all
processes grows.
"""

import json
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path
from typing import Any

EPISODE, WORKERS, SETTLE = "2010-embargo", 2, 10.0  # seconds before counting begins
SCALARS = {"peak": {"statistic": "peak", "with": {"series": "price_outside", "column": "Nd"}}}
RECORD = ("price_outside|Nd", "exports|all", "use|Japan")


def bare(count: Any) -> None:
    """Runs and measures, one after the other, without end; adds to a counter."""
    from chokepoint.experiments.history.catalogue import find
    from chokepoint.experiments.runs.outputs import Outputs

    episode = find(EPISODE)
    measure, simulation, replication = Outputs(SCALARS, RECORD), episode.simulation(), 0
    while True:
        measure(simulation.one(replication), episode)
        replication += 1
        with count.get_lock():
            count.value += 1


def through_the_runner(folder: str, runs: int, count: Any) -> None:
    """The same by the runner; tells how many are finished."""
    from chokepoint.experiments.runs.batch import Batch
    from chokepoint.experiments.runs.points import Point
    from chokepoint.experiments.runs.runner import run_batch

    def tell(done: int, of: int) -> None:
        with count.get_lock():
            count.value = done

    asked = {"scalars": SCALARS, "record": list(RECORD), "every": "month"}
    batch = Batch(EPISODE, (Point(),), runs, "chokepoint.experiments.runs.outputs:Outputs", asked=asked)
    run_batch(batch, folder, WORKERS, tell)


def megabytes(root: int) -> float:
    """Resident memory of a process and its children."""
    import subprocess

    listed = subprocess.run(["ps", "-eo", "pid,ppid,rss"], capture_output=True, text=True, check=True).stdout
    rows = [tuple(map(int, line.split())) for line in listed.splitlines()[1:]]
    family, grown = {root}, True
    while grown:
        more = {pid for pid, parent, _ in rows if parent in family} - family
        family, grown = family | more, bool(more)
    return sum(rss for pid, _, rss in rows if pid in family) / 1024.0


def measure(runs: int) -> dict[str, float]:
    """Both beside each other until the runner is done."""
    context = get_context("spawn")
    counts = [context.Value("q", 0) for _ in range(1 + WORKERS)]
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        mine = context.Process(target=through_the_runner, args=(f"{folder}/batch", runs, counts[0]))
        others = [context.Process(target=bare, args=(c,), daemon=True) for c in counts[1:]]
        for process in (mine, *others):
            process.start()
        while min(c.value for c in counts) < 5 and mine.is_alive():
            time.sleep(0.1)
        time.sleep(SETTLE)
        begun, before = time.monotonic(), [c.value for c in counts]
        memory = [megabytes(mine.pid or 0)]
        last, after = begun, before
        while mine.is_alive() and counts[0].value < runs:
            last, after = time.monotonic(), [c.value for c in counts]
            memory.append(megabytes(mine.pid or 0))
            time.sleep(1.0)
        for process in others:
            process.terminate()
        mine.join()
        gone = [a - b for a, b in zip(after, before, strict=True)]
        fifth = max(1, len(memory) // 5)
        found |= {
            "seconds": last - begun, "runs_by_runner": gone[0], "runs_by_bare_processes": sum(gone[1:]),
            "ratio": gone[0] / max(1, sum(gone[1:])), "megabytes_in_first_fifth": max(memory[:fifth]),
            "megabytes_in_last_fifth": max(memory[-fifth:]),
        }  # fmt: skip
        log = (Path(folder) / "batch" / "log.jsonl").read_text(encoding="utf-8").splitlines()
        found["files"] = len(list((Path(folder) / "batch").rglob("*.parquet")))
    ran = [e for e in map(json.loads, log) if e["event"] == "ran"]
    busy = {pid: [e for e in ran if e["pid"] == pid] for pid in {e["pid"] for e in ran}}
    inside = sum(e["seconds"] for chunks in busy.values() for e in chunks[1:])
    whole = sum(chunks[-1]["clock"] - chunks[0]["clock"] for chunks in busy.values())
    found["share_outside_runs"] = 1.0 - inside / max(whole, 1e-9)
    return found


if __name__ == "__main__":
    for key, value in measure(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000).items():
        print(f"{key:<24} {value:,.3f}")
