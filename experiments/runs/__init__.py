"""Many runs: points of an episode (`points.py`) in a batch (`batch.py`), run by processes here or by a cluster
(`runner.py`), kept in tables that are whole at any moment (`parts.py`), by those who may (`locks.py`)."""
