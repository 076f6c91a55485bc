"""What the data can tell: how far values are from history and priors (`objective.py`), the search for the best of them
(`calibration.py`, by `least_squares.py` or `adaptation.py`, in many processes: `search.py`), which parameters history
tells and which it does not (`identification.py`), a sample of the posterior (`posterior.py`), and which of several
stories tells an episode best (`weighing.py`, `weighing_report.py`)."""
