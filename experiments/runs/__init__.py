"""Many runs: points of an episode (`points.py`) in a batch (`batch.py`), run by processes here or by a cluster
(`runner.py`), what is kept of each (`outputs.py`), in tables that are whole at any moment (`parts.py`), by those who
may (`locks.py`). `score.py` runs what a score needs; `benchmark.py` and `throughput.py` tell how fast it is."""
