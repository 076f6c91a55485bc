"""The arrays of one run: structure, outside influences, instruments, state and record.

Index letters: c country, z market zone (0 is the world outside, the others are the territories of
exporting states), m material, f firm, s slot (a firm's position in one material), r refiner, k mine,
e edge (refiner to slot), l feed link (mine to refiner), t step. Masses are tonnes contained, money is
thousand USD, prices are USD per kg (so tonnes times price is thousand USD). Rates are per year.
"""

from collections import namedtuple

# Who exists, how big in the base year, and who deals with whom. Constant during a run.
Structure = namedtuple(
    "Structure",
    """
    zone_of_country state_of_zone base_price price_tax0 freight trade_base
    f_country f_kind f_key f_open f_elasticity f_thrift f_relocation f_scrap f_account f_review review_steps
    s_firm s_mat s_zone s_country s_base s_gross s_twin s_trade_share s_pipe_steps s_first s_edge
    e_ref e_slot e_kind e_share e_lag e_landed e_freight e_origin e_mat e_country e_home e_form e_gross x_legal
    r_country r_zone r_kind r_capacity r_base r_yield r_cost r_licence_share r_output r_account
    l_mine l_ref l_share l_part
    k_country k_zone k_legal k_project k_basket k_base k_capacity k_group k_quota_share k_cost k_capex
    k_lead k_ramp k_debt_share k_key k_account k_refiner_zone k_refining
    c_account row_account lender_account
    base_export m_family
    """,
)

# What the run is told about the world, by step and country: use that activity carries, news in view.
Influences = namedtuple("Influences", "activity news")

# What states have ordered. The kernel carries it out and uses licences up.
Instruments = namedtuple(
    "Instruments",
    """
    tax quota_on quota_part licence licence_end form_quota form_embargo embargo inspection closure
    normal_inspection enforcement production_quota support reserve_pace reserve_target
    reserve_ceiling reserve_release
    """,
)

State = namedtuple(
    "State",
    """
    price habitual slow gap border_gap trend growth ask ask_mean
    stock wanted pipe pipe_sum want expected order received unfilled intensity scale
    risk country_risk noise mood
    trait_cover trait_risk trait_growth
    e_trust e_appeal e_order e_queue e_ship
    product feed run output shipments book withheld licence_used
    suppressed busy full queued line
    k_state k_clock k_output k_value k_losses k_debt k_delay
    cash rent_of
    mined lost used scrapped discarded opening
    scratch_rm scratch_rm2 scratch_rm3 scratch_rp scratch_zm scratch_zm2 scratch_k
    stream_demand stream_mood
    """,
)

Record = namedtuple(
    "Record",
    """
    price ask exports exports_open leaked arrivals arrivals_gross use shortfall stock use_material
    wanted_stock risk mined refined licence_used discarded tax rent queue orders held
    """,
)
