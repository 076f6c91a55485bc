"""What the experiments on systems share: cases on common luck and their table (`cases.py`), its figures
(`case_figures.py`), reserves as cases and their account in money (`reserve_cases.py`, `reserve_account.py`), and the
network algorithm that the model is held against (`cascade.py`)."""
