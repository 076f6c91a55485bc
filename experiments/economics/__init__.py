"""Elementary economics: experiments on small quiet worlds whose answers have a known sign and size.

`worlds.py` makes the worlds, `acts.py` what states do in them, `economy.py` says what an experiment may read of a
market and `spatial_market.py` reads it from the market that there is. Each other file holds experiments; `suite.py`
lists and runs them, `table.py` and `figures.py` tell the answers.
"""
