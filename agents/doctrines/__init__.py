"""How a state decides, one file each.

A file here with a class `Settings` (a pydantic model: the doctrine's own numbers, with ranges) and a class `Doctrine`,
made from settings and the measures that history gave the state, is found by its file name.
"""

from chokepoint.agents.shelf import shelf

names, named = shelf(__name__, __path__)
