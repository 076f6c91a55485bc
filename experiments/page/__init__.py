"""The page: an episode in the browser, week by week, with levers (`levers.py`). `session.py` knows the run,
`picture.py`, `network.py` and `agents.py` what is drawn of it; none of them knows a browser. `desk.py` holds the state
of a tab, `desktop.py` and `panels.py` its components; `serve.py` serves them."""
