"""Analysis of a finished sweep, as pure functions on data frames.

All of them take the same four things and nothing else of the sweep:

    factors   what was varied: name, low, high, unit, levels (`factors.py`)
    points    one row a point in the order of the design, one column a factor, in natural units
    runs      one row a run: run, point, replication, state, stage, message, and a column for each scalar output
    series    one row a run and time: run, point, replication, time, and a column for each series

`sensitivity.py` asks which factors an output hangs on (`over_time.py`: when), `convergence.py` whether the design was
large enough to say so, `luck.py` how much is luck, `discovery.py` in which worlds something holds, `comparison.py`
which policy does better on the same luck and how many replications that takes. `*_figures.py` draw what they find.
Nothing here accepts an incomplete sweep: see `complete.py`.
"""
