"""What the server tells the page: which episode is asked for, and whether the model is loaded. It comes first, so it
imports nothing heavy."""

import threading

LOADED = threading.Event()  # the model and the page are imported
LOADED.set()
EPISODE, SEED = "CHOKEPOINT_PAGE_EPISODE", "CHOKEPOINT_PAGE_SEED"  # variables of the environment
