"""Results told to a reader: the report of a run, a score and the published misfit as tables, figures beside history, a
gallery page, what to cite, why an agent did what it did (`trace/`). What they share: `numbers.py` for the formats of
numbers, `figure_parts.py`, `labels.py` and `figure_file.py` for figures."""
