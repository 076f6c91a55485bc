"""Who exists, how big, and who deals with whom: the arrays of the bundle N, each declared once.

They are made from a scenario by `layout.py` and stay as they are during a run. The first letters of a name say what a
row of the array is, as in `AXES`: `k_cost` has one number for each mine. Masses are tonnes contained, money is thousand
USD, prices are USD per kg, so that tonnes times price is money. A step is a week unless the scenario says otherwise.
"""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING, Any

from chokepoint.sim.engine.arrays import Array

# What an axis counts, by its letter.
AXES = {
    "c": "countries",
    "z": "market zones: 0 is the world outside, the others are the territories of exporting states",
    "m": "materials",
    "f": "firms of the table, then the reserves of states",
    "s": "slots: a firm's, or a reserve's, position in one material",
    "r": "refiners",
    "k": "mines",
    "e": "edges: a refiner that sells to a slot by one kind of link",
    "w": "ways: a slot and a country it buys from, whose cargo shares a pipeline",
    "b": "lanes: the edges of a way that are of one kind",
    "l": "feed links: a mine that sends ore to a refiner",
    "x": "edges of the kind LEGAL",
    "o": "product forms",
    "a": "accounts",
    "n": "any length: single numbers, or where the rows of another axis begin, one more than there are of them",
    "t": "steps of the calendar",
    "d": "steps ahead, of cargo under way",
    "q": "markets: a material in a country",
    "v": "passages: from a market to another of the same material",
    "h": "weeks ahead, as far as holders look",
    "g": "things that are told",
    "y": "slots of reserves of states, one more than there are",
    "u": "licences: two kinds for each exporting state, for light or all materials and for heavy ones",
}

LONGEST_HORIZON = 120  # weeks that holders can look ahead
TOLD_MORE = 64  # things that doctrines may say in a run

# Kinds of firm: uses material, buys and sells it, keeps it for a state.
USER, TRADER, RESERVE = 0, 1, 2
# Kinds of refiner: may export with a licence, has none and smuggles, works in the world outside.
LICENSED, UNLICENSED, FREE = 0, 1, 2
# Kinds of edge: within a zone, across a border with a licence, past it.
WITHIN, LEGAL, GREY = 0, 1, 2
# States of a mine.
PLANNED, OPERATING, BUILDING, DEFAULTED = 0, 1, 2, 3

# Groups of mines that production quotas tell apart, in the order of their numbers.
QUOTA_GROUPS = ("none", "light", "heavy")

# A step before any run begins, and one after all runs have ended.
LONG_AGO, NEVER = -(10**6), 10**6

ARRAYS = (
    Array("N.zone_of_country", "c", "index", "market zone of a country", None, "u4"),
    Array("N.c_account", "c", "index", "account of a country's state", None, "u4"),
    Array("N.state_of_zone", "z", "index", "country whose state rules a zone; -1 for the world outside", None, "i8"),
    Array("N.freight", "z", "USD/kg", "freight from a zone's border to the world outside", None),
    Array("N.base_price", "z m", "USD/kg", "price of the base year", None),
    Array("N.price_tax0", "z m", "share", "export tax in force at the start, as a share of the inside price", None),
    Array("N.trade_base", "z m", "t/year", "what passes through a zone: bought outside, refined inside", None),
    Array("N.use_base", "z m", "t/year", "use of the firms that are there from the start", None),
    Array("N.base_export", "z c", "t/year", "legal exports of a zone by destination", None),
    Array("N.m_family", "m", "0 or 1", "light, or heavy: which of two licences a divided quota asks for", None, "u4"),
    Array("N.row_account", "n", "index", "accounts of the rest of the world and of the spot clearing", None, "u4"),
    Array("N.lender_account", "n", "index", "account of the lenders to mines", None, "u4"),
    Array("N.reserve_start", "n", "index", "first slot of a reserve; all later ones are of reserves too", None, "u4"),
    Array("N.f_country", "f", "index", "country of a firm", None, "u4"),
    Array("N.f_kind", "f", "code", "user, trader or reserve", None, "u4"),
    Array("N.f_account", "f", "index", "account of a firm", None, "u4"),
    Array("N.f_key", "f", "key", "key of a firm's random draws", None, "u8"),
    Array("N.f_open", "f", "step", "when a firm opens; far below zero for those that are there already", None, "i8"),
    Array("N.f_scrap", "f", "share", "part of use covered by scrap, new and old", None),
    Array("N.s_firm", "s", "index", "firm of a slot", None, "u4"),
    Array("N.s_mat", "s", "index", "material of a slot", None, "u4"),
    Array("N.s_zone", "s", "index", "market zone of a slot", None, "u4"),
    Array("N.s_country", "s", "index", "country of a slot", None, "u4"),
    Array("N.s_form", "s", "index", "product form that a slot buys", None, "u4"),
    Array("N.s_base", "s", "t/year", "use of the base year, or of a firm that opens later", None),
    Array("N.s_gross", "s", "1", "gross tonnes per tonne contained, in the slot's form", None),
    Array("N.s_trade_share", "s", "share", "part of its zone's trade that a trader carries", None),
    Array("N.s_pipe_steps", "s", "steps", "mean time on the way, beyond the first step, of what it buys", None),
    Array("N.s_value", "s", "USD/kg", "value added that is lost with a kg that is lacking", None),
    Array("N.f_months", "f", "months", "stock of a firm in the base year", None),
    Array("N.f_spare", "f", "share", "of the stock of the base year that a firm holds to sell", None),
    Array("N.f_contract", "f", "share", "of its use that a firm buys at a contract price", None),
    Array("N.s_first", "n", "index", "where the slots of a firm begin", None, "u4"),
    Array("N.s_lane", "n", "index", "where the lanes of a slot begin", None, "u4"),
    Array("N.s_way", "n", "index", "where the ways of a slot begin", None, "u4"),
    Array("N.k_link", "n", "index", "where the feed links of a mine begin", None, "u4"),
    Array("N.b_edge", "n", "index", "where the edges of a lane begin", None, "u4"),
    Array("N.w_origin", "w", "index", "country from which cargo of a way comes", None, "u4"),
    Array("N.b_kind", "b", "code", "kind of the edges of a lane", None, "u4"),
    Array("N.b_home", "b", "index", "market zone of the sellers of a lane", None, "u4"),
    Array("N.b_way", "b", "index", "way of a lane", None, "u4"),
    Array("N.b_lag", "b", "steps", "time on the way", None, "u4"),
    Array("N.e_ref", "e", "index", "refiner that sells", None, "u4"),
    Array("N.e_slot", "e", "index", "slot that buys", None, "u4"),
    Array("N.e_kind", "e", "code", "within a zone, legally across a border, or past it", None, "u4"),
    Array("N.e_way", "e", "index", "way that its cargo takes", None, "u4"),
    Array("N.e_lag", "e", "steps", "time on the way", None, "u4"),
    Array("N.e_mat", "e", "index", "material that is sold", None, "u4"),
    Array("N.e_country", "e", "index", "country of the buyer", None, "u4"),
    Array("N.e_home", "e", "index", "market zone of the seller", None, "u4"),
    Array("N.e_form", "e", "index", "product form that is sold", None, "u4"),
    Array("N.e_share", "e", "share", "of what the slot buys in the base year; of planned plants, beside that", None),
    Array("N.e_gross", "e", "1", "gross tonnes per tonne contained, in the form sold", None),
    Array("N.x_legal", "x", "index", "the legal edges", None, "u4"),
    Array("N.r_country", "r", "index", "country of a refiner", None, "u4"),
    Array("N.r_zone", "r", "index", "market zone of a refiner", None, "u4"),
    Array("N.r_kind", "r", "code", "licensed, unlicensed or free", None, "u4"),
    Array("N.r_account", "r", "index", "account of a refiner", None, "u4"),
    Array("N.r_capacity", "r", "t/year", "feed that a refiner can run", None),
    Array("N.r_base", "r", "t/year", "feed of the base year", None),
    Array("N.r_yield", "r", "share", "of the feed that becomes product", None),
    Array("N.r_cost", "r", "USD/kg", "cost of refining a kg of feed", None),
    Array("N.r_licence_share", "r", "share", "of its state's export quota", None),
    Array("N.r_output", "r m", "t/year", "product of the base year", None),
    Array(
        "N.r_reference", "r m", "t/year", "output that presence is measured by: base year's, or when projects run", None
    ),
    Array("N.l_mine", "l", "index", "mine that sends ore", None, "u4"),
    Array("N.l_ref", "l", "index", "refiner that gets it", None, "u4"),
    Array("N.l_share", "l", "share", "of the mine's ore", None),
    Array("N.l_part", "l", "share", "of the refiner's feed in the base year", None),
    Array("N.k_country", "k", "index", "country of a mine", None, "u4"),
    Array("N.k_zone", "k", "index", "market zone of a mine", None, "u4"),
    Array("N.k_legal", "k", "0 or 1", "whether a mine is legal", None, "u4"),
    Array("N.k_project", "k", "0 or 1", "whether a mine is still to be built", None, "u4"),
    Array("N.k_group", "k", "code", "production quota that binds a mine: none, of light or of heavy ore", None, "u4"),
    Array("N.k_account", "k", "index", "account of a mine", None, "u4"),
    Array(
        "N.k_refiner_zone", "k", "index", "market zone whose prices value its ore: where most of it goes", None, "u4"
    ),
    Array("N.k_key", "k", "key", "key of a mine's random draws", None, "u8"),
    Array("N.k_base", "k", "t/year", "ore of the base year; zero for a project", None),
    Array("N.k_capacity", "k", "t/year", "ore that a mine can ship", None),
    Array("N.k_quota_share", "k", "share", "of its group's production quota", None),
    Array("N.k_cost", "k", "USD/kg", "cash cost of a kg of ore, below what it earned if it ran in the base year", None),
    Array("N.k_capex", "k", "thousand USD", "outlay to open a project", None),
    Array("N.k_lead", "k", "years", "from the decision to the opening of a project", None),
    Array("N.k_ramp", "k", "years", "from the opening of a project to full output", None),
    Array("N.k_debt_share", "k", "share", "of the outlay that lenders pay", None),
    Array("N.k_refining", "k", "USD/kg", "cost of refining a kg of its ore, mean of its refiners", None),
    Array("N.k_payable", "k", "share", "of the ore's value above refining that the mine gets", None),
    Array("N.k_host", "k", "share", "of the worth of a mine that other metals carry", None),
    Array("N.k_basket", "k m", "share", "of a material in the ore", None),
    Array("N.q_country", "q", "index", "country of a market", None, "u4"),
    Array("N.q_mat", "q", "index", "material of a market", None, "u4"),
    Array("N.q_of", "c m", "index", "market of a material in a country; -1 where there is none", None, "i8"),
    Array("N.q_base_ln", "q", "ln USD/kg", "log of the price of the base year", None),
    Array("N.q_use", "q", "t/year", "bought by users in the base year", None),
    Array("N.q_output", "q", "t/year", "refined in the base year", None),
    Array("N.q_size", "q", "t/year", "used, made and shipped in the base year", None),
    Array("N.q_share", "q", "share", "of the value of the ore behind what is refined there", None),
    Array("N.m_market", "n", "index", "where the markets of a material begin", None, "i8"),
    Array("N.m_passage", "n", "index", "where the passages of a material begin", None, "i8"),
    Array("N.v_here", "v", "index", "market that a passage leaves", None, "i8"),
    Array("N.v_there", "v", "index", "market that a passage leads to", None, "i8"),
    Array("N.v_legal", "v", "1 or 0", "whether tax and rent are paid on a passage", None, "i8"),
    Array("N.v_zone", "v", "index", "zone of the state whose border it crosses; 0 for none", None, "i8"),
    Array("N.v_twin", "v", "index", "the legal passage beside a smuggler's; itself for others", None, "i8"),
    Array("N.v_cost", "v", "ln", "cost of a passage, of the landed price", None),
    Array("N.v_scale", "v", "t/year", "flow of a passage for every .004 of margin", None),
    Array("N.v_flow", "v", "t/year", "flow of the base year", None),
    Array("N.v_load", "v", "t/year", "what can be loaded in the base year", None),
    Array("N.v_lag", "v", "steps", "time on the way", None, "i8"),
    Array(
        "N.v_gross", "v", "t gross/t", "gross tonnes of licences that a tonne needs while all forms are covered", None
    ),
    Array("N.v_licensed", "v", "share", "of what is bought there, in forms that quotas and licences cover", None),
    Array("N.v_embargoed", "v", "share", "of what is bought there, in forms that an embargo covers", None),
    Array("N.u_size", "u", "t gross/year", "legal exports of a state in the base year", None),
    Array("N.u_value", "u", "USD/kg gross", "what a gross tonne of them was worth at home", None),
    Array("N.b_passage", "b", "index", "passage of a lane; -1 at home", None, "i8"),
    Array("N.s_market", "s", "index", "market of a slot", None, "i8"),
    Array(
        "N.k_place", "k", "index", "country whose prices value a mine's ore: where most of it is refined", None, "i8"
    ),
)

KINDS = {array.field: array.kind for array in ARRAYS}

# The bundle N itself: one tuple of arrays, in the order of their declarations.
if TYPE_CHECKING:
    Structure = Any
else:
    Structure = namedtuple("Structure", list(KINDS))
