"""The arrays of one run: structure, outside influences, instruments, state and record.

Each table below lists arrays by shape and type. Index letters: c country, z market zone (0 is the world
outside, the others are the territories of exporting states), m material, f firm, s slot (a firm's position
in one material), r refiner, k mine, e edge (refiner to slot), w way (a slot and a country it buys from),
b lane (the edges of one kind in a way), l feed link (mine to refiner), x legal edges, o product form,
a account, d weeks ahead, t step; `n` is any length. Masses are tonnes contained, money is thousand USD,
prices are USD per kg (so tonnes times price is thousand USD). Rates are per year.
"""

from collections import namedtuple
from typing import Any

import numpy as np

from chokepoint.sim.network.structure import (  # noqa: F401  (phases take the kinds from here)
    ARRAYS,
    BUILDING,
    DEFAULTED,
    FREE,
    GREY,
    LEGAL,
    LICENSED,
    MOTHBALLED,
    OPERATING,
    PLANNED,
    RESERVE,
    TRADER,
    UNLICENSED,
    USER,
    WITHIN,
    Structure,
)

# Bundles of arrays by the letter that phases use, and the form (dimensions, type) of each array.
FORMS: dict[str, dict[str, tuple[int, str]]] = {}
_TYPES = {kind: np.dtype(kind) for kind in ("f8", "i8", "u8", "u4")}


def _bundle(letter: str, name: str, table: str) -> Any:
    forms = {}
    for line in table.strip().splitlines():
        head, names = line.split(":")
        *axes, kind = head.split()
        forms.update({field: (len(axes), kind) for field in names.split()})
    FORMS[letter] = forms
    return namedtuple(name, list(forms))


# Who exists, how big in the base year, and who deals with whom: declared in `sim/network/structure.py`.
FORMS["N"] = {array.field: (array.dimensions, array.kind) for array in ARRAYS}

# What the run is told about the world: use that industry carries, news in view, whether any cargo is late and the steps
# by which it is, by origin and destination and on average over the suppliers of a slot.
Influences = _bundle(
    "X",
    "Influences",
    """
    t f f8: activity
    t c f8: news
    t i8: delayed
    t c c i8: transit
    t s f8: late
    """,
)

# What states have ordered. The kernel carries it out and uses licences up.
Instruments = _bundle(
    "I",
    "Instruments",
    """
    z m f8: tax
    z m i8: quota_part
    z f8: quota_on licence_end normal_inspection subsidy
    r 2 f8: licence
    z o f8: form_quota form_embargo
    z c f8: embargo inspection closure permit_weeks refused
    z 3 f8: production_quota
    k f8: support held campaigns
    s f8: reserve_pace reserve_target reserve_ceiling reserve_release reserve_watch claim_target claim_pace
    c c f8: reserve_reach
    c m f8: private_floor
    n f8: loan_terms
    1 f8: offtakes
    k c f8: loan stake grant guarantee floor_price ore_subsidy
    k f8: k_backed k_public k_comfort k_floor k_floor_end k_subsidy k_subsidy_end
    r c f8: works_lent works_held held_part offtake
    r f8: r_backed r_added
    """,
)

State = _bundle(
    "S",
    "State",
    """
    z m f8: price habitual border_gap trend growth
    z m 2 f8: slow gap
    z m f8: wanted_zone stock_zone demanded offered turnover using
    2 c f8: spot
    z m f8: state_buying usual_buying buying_news
    c m f8: backed
    z f8: ask_mean suppressed
    z c f8: busy full queued fresh
    1 f8: line
    c f8: country_risk
    f f8: unfilled risk shun noise mood trait_cover trait_risk trait_growth
    s f8: in_products stock wanted pipe_sum want expected order received intensity scale seen seen_buying
    d w f8: pipe
    e f8: e_trust e_appeal e_order e_ship e_queue
    r f8: ask run shipments rent_of
    r 3 f8: book
    r m f8: product feed output presence withheld asked grey smuggled leak
    r 2 f8: licence_need
    k i8: k_state
    k f8: k_stopped k_pits k_clock k_output k_called k_losses k_debt k_delay
    k 4 f8: k_value
    a f8: cash
    m f8: mined lost used scrapped discarded opening
    k c f8: k_owed k_term
    r c f8: r_owed r_term works_clock
    k f8: k_book
    r f8: r_book
    1 u8: stream_demand stream_mood
    """,
)

Record = _bundle(
    "R",
    "Record",
    """
    t z m f8: price
    t z f8: ask tax rent
    t z c f8: exports exports_open leaked queue
    t c c f8: arrivals
    t c f8: use shortfall risk scrap lost_value bill reserve_spent relief
    t c m f8: stock use_material held released seen
    t k f8: mined defaulted
    t r f8: refined licence_used
    t m f8: discarded
    t 3 f8: orders
    t c f8: aid
    """,
)


def addresses(letter: str, bundle: Any) -> tuple[np.ndarray, np.ndarray]:
    """Where the arrays of a bundle lie and how long their axes are, as compiled phases want them.

    bundle: the tuple of arrays of that letter. Returns addresses (fields,) uint64 and lengths (fields, 3) int64 in
    the order of `FORMS`; TypeError names an array of another form than its table says.
    """
    places, lengths = [], []
    for array, (name, (axes, kind)) in zip(bundle, FORMS[letter].items(), strict=True):
        if array.ndim != axes or array.dtype != _TYPES[kind] or not array.flags.c_contiguous:
            raise TypeError(f"{letter}.{name}: {array.ndim} axes of {array.dtype}, wants {axes} of {kind}")
        places.append(array.__array_interface__["data"][0])
        lengths.append((*array.shape, 1, 1, 1)[:3])
    return np.array(places, dtype=np.uint64), np.array(lengths, dtype=np.int64)
