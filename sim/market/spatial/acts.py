"""Acts of states: the instruments that the market that clears shares with the first one, and the arrays they set."""

from chokepoint.sim.engine.mechanism import Mechanism
from chokepoint.sim.market.mechanisms import customs, licences, mining, refining, reserves, shipping, smuggling

SHARED = (customs, licences, mining, refining, reserves, shipping, smuggling)

ELSEWHERE = ("export_quota",)  # instruments that work otherwise here, see `borders.py`

MECHANISM = Mechanism(
    "acts",
    source="what states order, see docs/acts.md",
    arrays=tuple(array for file in SHARED for array in file.MECHANISM.arrays if array.letter == "I"),
    instruments=tuple(one for file in SHARED for one in file.MECHANISM.instruments if one.name not in ELSEWHERE),
)
