"""What a world is made of: tables, choices, acts, programmes; how they are read, changed and checked.

Nothing here knows of a market or of a state that decides. What acts there are is told from above, as `Instrument`s.
"""
