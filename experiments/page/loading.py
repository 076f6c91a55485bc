"""What the server tells the page: which episode is asked for, and whether the model is loaded. It comes first, so it
imports nothing heavy."""

import threading

LOADED = threading.Event()  # the model and the page are imported
LOADED.set()
# Variables of the environment: the episode, the seed, and whether code that its scenario names may run.
EPISODE, SEED, CODE = "CHOKEPOINT_PAGE_EPISODE", "CHOKEPOINT_PAGE_SEED", "CHOKEPOINT_PAGE_CODE"
