"""The page: an episode in the browser, week by week, with levers. `session.py` knows the run and no browser."""
