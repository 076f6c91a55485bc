"""What the first market answers where it fails: the value that was measured, and the mechanism, in one line.

Tests expect these rows to fail, and fail when one passes: it is taken out then. None: not posed; nan: no answer.
"""

from math import nan

MEASURED_WITH = "2.4"  # the version of numpy
ALARM = "news is an alarm that fades in weeks, not an expected date"
COVER = "what shut-out buyers want and cannot get stays in the stock that the market wants, and lifts the price for all"
DEAD = "licences are fixed to holders, and those of a holder with few legal buyers are dead"
HOLDER = "a holder asks a mark-up on its own book and uses licences at an even pace"
HOME = "the price in a country that uses nothing hangs on a month of product"
NAMES = "who deals with whom is drawn by the names of firms"
NOISE = "max(0, ln wanted/held) counts noise one way"
ONE = "there is one price outside for all importers"
SMOOTH = "the price moves to a level of cover at a fixed speed"
SPARE = "spare capacity follows orders at an unchanged price, and stocks of ore and product count in no cover"
TRUST = "trust in suppliers lets rounding grow tenfold every five weeks; without it the move is 1e-15"
WEIGHT = "the world price weighs exporters as in the base year, and orders do not move to the untaxed"
WORKS = "product at works outside counts in no cover, so harvests move no price"
YEAR = "licences are those of calendar years, with which they lapse"

FAILS: dict[str, tuple[float | None, str]] = {
    "E1 highest one_exporter": (2.04, COVER),
    "E1 use one_exporter": (0.907, COVER),
    "E1 target one_exporter": (0, ONE),
    "E2 fall one_exporter": (0.978, "the alarm of the news fades before stocks are gone"),
    "E2 apart one_exporter": (0.9, "parity ties the price outside to the one inside across a shut border"),
    "E2 paid one_exporter": (None, "no share of trade stands on contract, so quote and price paid are one"),
    "E3 fast one_exporter": (nan, SPARE),
    "E3 ratio one_exporter": (nan, SPARE),
    "E3 size one_exporter": (0.0843, SPARE),
    "E3 later one_exporter": (nan, SPARE),
    "E3 fast two-countries": (nan, SPARE),
    "E3 ratio two-countries": (nan, SPARE),
    "E3 size two-countries": (0.198, SPARE),
    "E3 later two-countries": (nan, SPARE),
    "E3 fast 2010-embargo": (nan, SPARE),
    "E3 ratio 2010-embargo": (nan, SPARE),
    "E3 size 2010-embargo": (0.0377, SPARE),
    "E3 later 2010-embargo": (nan, SPARE),
    "E4 home four_exporters": (-0.00118, WEIGHT),
    "E4 world four_exporters": (0.0583, WEIGHT),
    "E4 exports four_exporters": (0.996, WEIGHT),
    "E4 elastic four_exporters": (None, "licensed mines follow orders; no parameter is their elasticity"),
    "E5 fall one_exporter": (0.663, ALARM),
    "E5 jump one_exporter": (0.099, ALARM),
    "E6 first one_exporter": (0.784, "a share of the line leaves every week, the first included"),
    "E6 rush one_exporter": (1.05, "nobody buys ahead of a date"),
    "E7 least one_exporter": (0.3, "a refusal is a share of orders, and buyers order more"),
    "E7 most one_exporter": (0.517, "a refusal is a share of orders, and buyers order more"),
    "E8 credibility one_exporter": (-0.000313, "a report was searched to be as loud as a rumour (.0450 and .0453)"),
    "E9 apart no_users": (102, HOME),
    "E10 peak no_users": (5.33, HOME),
    "E11 smooth four_exporters": (nan, SPARE),
    "E11 learn four_exporters": (nan, SPARE),
    "E11 smooth two-countries": (0.884, "traders follow alarm and habit: they take a ninth off the swing"),
    "E11 learn two-countries": (15.1, "nobody learns a calendar, and the first stop finds stocks that are full"),
    "E12 sum one_exporter": (0.042, "a gap closes at 20 a year: a fifth of it is left after four weeks"),
    "E12 inside one_exporter": (-0.335, "refiners cut runs at an unchanged price, so that foreigners bear all"),
    "E13 outside one_exporter": (0.729, HOLDER),
    "E13 rent one_exporter": (1.53, HOLDER),
    "E14 move 2010-embargo": (0.134, DEAD),
    "E14 move 2014-nickel": (None, "an importer of ore is no exporting state: its quota cannot be posed"),
    "E14 move 2019-threat": (0.0503, DEAD),
    "E14 move 2020-slump": (0.0503, DEAD),
    "E14 move two-countries": (0.426, DEAD),
    "E15 margin four_exporters": (0.629, WEIGHT),
    "E15 losses four_exporters": (156, WEIGHT),
    "E16 rows two-countries": (2.99e-07, TRUST),
    "E16 rows 2010-embargo": (0.00651, TRUST),
    "E16 materials 2010-embargo": (0.0028, TRUST),
    "E16 kept one_exporter": (None, "agents have no key but their name"),
    "E16 verdicts 2010-embargo": (15, NAMES),
    "E17 tonnes two-countries": (0.419, "rounding decides links, and trust lets it grow"),
    "E17 tonnes 2010-embargo": (0.00202, TRUST),
    "E17 prices 2010-embargo": (0.00424, TRUST),
    "E18 apart one_exporter": (0.28, NAMES),
    "E18 apart two-countries": (0.0858, NAMES),
    "E18 apart 2010-embargo": (0.0218, NAMES),
    "E19 quota one_exporter": (1.16, YEAR),
    "E19 quota two-countries": (1.25, YEAR),
    "E19 quota 2010-embargo": (0.304, YEAR),
    "E20 mean one_exporter": (1.06, NOISE),
    "E20 mean four_exporters": (1.06, NOISE),
    "E20 mean two-countries": (1.06, NOISE),
    "E20 still 2010-embargo": (5.27, "joint products and trust drift: the quiet world of rare earths is not at rest"),
    "E20 mean 2010-embargo": (1.09, NOISE),
    "E21 others four_exporters": (0.0224, COVER),
    "E21 use four_exporters": (0.0019, "third countries ship nothing on"),
    "E21 price four_exporters": (nan, "third countries ship nothing on, so the target has no price"),
    "E22 quarter four_exporters": (1, COVER),
    "E22 highest four_exporters": (1.76, COVER),
    "E24 memory four_exporters": (0.949, SMOOTH),
    "E24 quiet tails four_exporters": (0.000353, "normal noise goes through a smooth price unbent"),
    "E26 use long one_exporter": (0.101, "thrift is slow and starts above a threshold"),
    "E26 supply now one_exporter": (0.611, SPARE),
    "E26 supply long one_exporter": (3.07, SPARE),
    "E28 mean one_market": (nan, WORKS),
    "E28 sd one_market": (nan, WORKS),
    "E28 skew one_market": (nan, WORKS),
    "E28 memory one_market": (nan, WORKS),
    "E30 second one_exporter": (0.353, "the size of an act sums all quotas of its half-year, announced or not"),
    "E30 twice one_exporter": (0.0104, "what is heard again moves by what was forgotten of it"),
}
