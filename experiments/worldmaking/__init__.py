"""A world from tables: the small table of one metal (`small_table.py`; `invented_metal.toml` is one), the scenario that
it expands to (`expansion.py`), the folder that is written (`scaffold.py`), and what differs between two scenarios or
results (`difference.py`)."""
