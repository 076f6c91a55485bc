"""How fast a run is: `python -m chokepoint.experiments.runs.benchmark [EPISODE]`.

Prints runs a second on one core with states deciding (median and fastest), nanoseconds per link and week, the
share of policy, and the same against a plain reference loop timed in the same minute, so that a figure can be
compared between machines.
"""

import sys
from time import perf_counter


def reference_loop() -> float:
    """Seconds for a fixed piece of compiled arithmetic: one million exponentials and logarithms."""
    import numba
    import numpy as np

    @numba.njit(error_model="numpy")
    def work(x, y):  # type: ignore[no-untyped-def]
        for i in range(x.shape[0]):
            y[i] = np.exp(-3.0 * np.log(x[i]))

    x = np.linspace(0.5, 1.5, 1_000_000)
    y = np.empty_like(x)
    work(x, y)
    start = perf_counter()
    work(x, y)
    return perf_counter() - start


def measure(name: str = "2010-embargo", runs: int = 20) -> dict[str, float]:
    """Median time of whole runs (world built, states decide, weeks run) and of their parts."""
    from chokepoint.experiments.history.catalogue import find
    from chokepoint.sim.politics.governed import phase_times

    simulation = find(name).simulation()
    layout = simulation.layout
    simulation.world().run()
    whole: list[float] = []
    built: list[float] = []
    decided: list[float] = []
    yardstick: list[float] = []
    for i in range(runs):
        start = perf_counter()
        world = simulation.world(i)
        ready = perf_counter()
        world.run()
        whole.append(perf_counter() - start)
        built.append(ready - start)
        yardstick.append(reference_loop() if i % 5 == 0 else yardstick[-1])
    for i in range(3):
        decided.append(phase_times(simulation.world(i))["policy"])

    def median(values: list[float]) -> float:
        return sorted(values)[len(values) // 2]

    steps, edges = layout.calendar.steps, len(layout.N.e_slot)
    second = median(whole)
    return {
        "agents": len(layout.firms) + len(layout.refiners) + len(layout.mines) + len(layout.countries),
        "links": edges, "weeks": steps, "seconds_a_run": second, "runs_a_second": 1.0 / second,
        "runs_a_second_fastest": 1.0 / min(whole),
        "ns_per_link_week": 1e9 * (second - median(built)) / steps / edges,
        "share_of_policy": median(decided) / second, "share_of_building": median(built) / second,
        "runs_per_reference": median(yardstick) / second,
    }  # fmt: skip


if __name__ == "__main__":
    for key, value in measure(sys.argv[1] if len(sys.argv) > 1 else "2010-embargo").items():
        print(f"{key:<20} {value:,.3f}" if isinstance(value, float) else f"{key:<20} {value:,}")
