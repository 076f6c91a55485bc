"""How a government runs a reserve, one file each.

A file here with a class `Settings` (a pydantic model: the rule's own numbers, with ranges) and a class `Rule` that is
made from one is found by its file name.
"""

from chokepoint.agents.shelf import shelf

names, named = shelf(__name__, __path__)
