"""What happened, and how far a run is from it: episodes by name (`catalogue.py`), what was observed (`observed.py`),
facts (`facts.py`) and the statistics they are read by (`run_statistics.py`), the score (`scoring.py`); rivals of the
model (`rivals.py`, on `law.py`, `quotes.py` and `rational.py`) and who predicts best (`contest.py`, `crps.py`); until
when an episode is fitted (`training.py`), what an ablation takes out (`mechanisms.py`), what figures dwell on
(`stories.py`). Nothing is run here."""
