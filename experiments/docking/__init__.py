"""Docking: the model in the set-up of published answers, and what comes of it.

A docking is a translation: the elasticities, shares and shocks of a paper are put into this model, what the paper knows
nothing of is switched off, and the number of the paper is held against the one that comes out.
"""
