"""What the data can tell: the search for parameters that agree with history (`calibration.py`), which of them history
tells and which it does not (`identification.py`), a sample of those that agree (`posterior.py`), and which of several
stories tells an episode best (`weighing.py`, `weighing_report.py`)."""
