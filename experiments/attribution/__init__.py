"""What carries a result: mechanisms taken out (`ablation.py`), dates of news shuffled (`placebo.py`), assumed numbers
halved and half as large again (`tornado.py`), parameters drawn from their ranges (`stability.py`). Which mechanisms an
episode has and which numbers are looked at stands in its `facts.toml` (`experiments/history/mechanisms.py`)."""
