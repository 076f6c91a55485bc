"""Where the market does not do what elementary economics asks: the mechanism, in one line.

Tests expect these rows to fail, and fail when one passes: it is taken out then.
"""

DEEP = (
    "nine tenths of supply leave use a tenth, and stocks of a quarter: with this choke that costs x12 a quarter later; "
    "one that gives x8 takes a third of use away at x3"
)
SMOOTH = "stocks answer prices by a smooth curve, never run out and never pile up at one price as rational ones do"

FAILS: dict[str, str] = {
    "E2 fall one_exporter": "holders buy what they fear to lack, and once they have it the price gives a little",
    "E2 quarter one_exporter": DEEP,
    "E14 move 2014-nickel": "not posed: the world has no exporting state, its act is a hold of ore",
    "E14 move 1991-cobalt": "not posed: the world has no exporting state, its acts are holds of ore",
    "E14 move 2017-cobalt": "not posed: the world has no exporting state and no act",
    "E28 skew one_market": SMOOTH,
    "E28 memory one_market": SMOOTH,
}
