"""Where countries stand on the map of the page, and the part of the world that it shows.

Worlds made from one small table have no places of their own. Countries that are known by name are then put at an
approximate point from general geography, which moves nothing in the model.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chokepoint.sim.scenario.tables import Scenario

MADE_UP = "place on the map made up"  # begins the note of a country without a place
KNOWN: dict[str, tuple[float, float]] = {  # degrees east, degrees north
    "Argentina": (-65, -35), "Australia": (122.5, -28.9), "Bolivia": (-65, -17), "Botswana": (24, -22),
    "Brazil": (-47, -15), "Burundi": (30, -3), "Canada": (-100, 55), "Chile": (-70, -24), "China": (109.8, 40.7),
    "Congo": (17, -3), "Cuba": (-77, 21), "DR Congo": (17, -3), "Elsewhere": (78, -22), "Europe": (8.7, 50.1),
    "European Union": (8.7, 50.1), "Finland": (26, 63), "France": (2, 47), "Gabon": (12, -1), "Germany": (10, 51),
    "Ghana": (-1, 7), "Guinea": (-11, 11), "India": (78, 20), "Indonesia": (118, -3), "Iran": (54, 32),
    "Italy": (12, 43), "Japan": (139.7, 35.7), "Kazakhstan": (67, 48), "Korea": (128, 36), "Madagascar": (47, -20),
    "Malaysia": (103.4, 4), "Mexico": (-102, 23), "Mongolia": (104, 47), "Morocco": (-7, 32), "Mozambique": (36, -16),
    "Myanmar": (97, 22), "Namibia": (17, -22), "New Caledonia": (165, -21), "Norway": (9, 61), "Peru": (-75, -10),
    "Philippines": (122, 12), "Poland": (19, 52), "Russia": (88, 60), "Rwanda": (30, -2), "South Africa": (26, -28),
    "South Korea": (128, 36), "Soviet Union": (70, 57), "Spain": (-4, 40), "Sweden": (17, 62), "Taiwan": (121, 24),
    "Tanzania": (35, -6), "Thailand": (101, 15), "Turkey": (35, 39), "Ukraine": (31, 49), "United Kingdom": (-2, 53),
    "United States": (-95.4, 38), "USA": (-95.4, 38), "Uzbekistan": (64, 41), "Vietnam": (106, 16), "Zaire": (17, -3),
    "Zambia": (29, -15), "Zimbabwe": (30, -19),
}  # fmt: skip
SOUTH = -52.0  # where those stand, in a row at sea, that nothing is known of
MARGIN_EAST, MARGIN_NORTH, LEAST_EAST = 24.0, 14.0, 70.0  # degrees around the countries, and the least shown


def places(scenario: "Scenario") -> dict[str, list[float]]:
    """Degrees east and north of every country."""
    found = {}
    for c in scenario.countries:
        at = (c.longitude, c.latitude)
        if c.note.startswith(MADE_UP):
            at = KNOWN.get(c.country, (c.longitude, SOUTH))
        found[c.country] = list(at)
    return found


def unknown(scenario: "Scenario") -> list[str]:
    """Countries that stand in the row at sea."""
    return [c.country for c in scenario.countries if c.note.startswith(MADE_UP) and c.country not in KNOWN]


def bounds(at: dict[str, list[float]]) -> list[list[float]]:
    """The north-western and south-eastern corner of the part of the world around some places."""
    east, north = zip(*at.values(), strict=True)
    more = max(MARGIN_EAST, (LEAST_EAST - (max(east) - min(east))) / 2.0)
    return [
        [max(-175.0, min(east) - more), min(78.0, max(north) + MARGIN_NORTH)],
        [min(180.0, max(east) + more), max(-58.0, min(north) - MARGIN_NORTH)],
    ]
