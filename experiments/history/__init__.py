"""What happened, and how far a run is from it: episodes by name (`catalogue.py`), what was observed (`observed.py`),
facts (`facts.py`) and the statistics they are read by (`run_statistics.py`), the score and its simple rivals
(`scoring.py`, `baselines.py`), what an ablation takes out (`mechanisms.py`), what figures dwell on (`stories.py`).
Nothing is run here."""
