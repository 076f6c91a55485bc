"""Tables with given margins, on numbers worked by hand."""

import numpy as np
import pytest

from chokepoint.sim.engine.draws import key_of
from chokepoint.sim.network.margins import Keys, balance, bulk, lay, split


def in_order(sellers: int, buyers: int, salt: str) -> Keys:
    """Keys that put sellers and buyers in the order of their numbers under a salt."""
    mixer = int(key_of(salt))
    return Keys([i ^ mixer for i in range(sellers)], [j ^ mixer for j in range(buyers)])


def test_balance_meets_supply_and_keeps_proportions_of_firms() -> None:
    """Two firms of equal size, one of which uses the first material only: 4 t are 2 t each."""
    use = balance(np.array([5.0, 5.0]), np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([3.0, 1.0]))
    assert use == pytest.approx(np.array([[2.0, 0.0], [1.0, 1.0]]), abs=1e-9)


def test_a_result_that_is_remembered_is_not_shared() -> None:
    arrays = np.array([1.0]), np.array([[1.0]]), np.array([2.0])
    balance(*arrays)[:] = 0.0
    assert balance(*arrays) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("limits", "expected"),
    [([10.0, 10.0], [6.0, 2.0]), ([4.0, 10.0], [4.0, 4.0]), ([3.0, 3.0], [3.0, 3.0])],
    ids=["by shares", "one at its limit", "less than is wanted"],
)
def test_split_by_shares_within_limits(limits: list[float], expected: list[float]) -> None:
    flows = split(np.array(limits)[:, None], np.array([3.0, 1.0]), np.array([8.0]))
    assert flows[:, 0] == pytest.approx(expected)


def test_split_of_two_materials_has_both_totals_and_breaks_no_limit() -> None:
    limits = np.array([[6.0, 1.0], [6.0, 9.0], [2.0, 4.0]])
    flows = split(limits, np.array([0.5, 0.3, 0.2]), np.array([7.0, 5.0]))
    assert (flows <= limits).all()
    assert (flows >= 0.0).all()
    assert flows.sum(axis=0) == pytest.approx([7.0, 5.0])


def test_bulk_takes_the_largest_until_the_part_is_reached() -> None:
    """Of 100 t, 50 and 30 are eight tenths; what comes on top of them is left out."""
    flows = np.array([[15.0], [50.0], [5.0], [30.0], [0.0]])
    assert bulk(flows, 0.8)[:, 0].tolist() == [False, True, False, True, False]


def test_bulk_leaves_a_seller_its_largest_material() -> None:
    flows = np.array([[90.0, 90.0], [1.0, 2.0]])
    assert bulk(flows, 0.8).tolist() == [[True, True], [False, True]]


def test_lay_fills_one_buyer_after_the_other() -> None:
    flows = lay({0: 3.0, 1: 2.0}, {0: 1.0, 1: 4.0}, in_order(2, 2, "salt"), "salt")
    assert flows == {(0, 0): 1.0, (0, 1): 2.0, (1, 1): 2.0}


def test_lay_has_exact_margins_and_few_links() -> None:
    outputs = {i: float(i + 1) for i in range(6)}  # 21 t
    needs = dict.fromkeys(range(7), 3.0)
    keys = Keys([int(key_of("seller", str(i))) for i in outputs], [int(key_of("buyer", str(j))) for j in needs])
    flows = lay(outputs, needs, keys, "any")
    for seller, output in outputs.items():
        assert sum(tonnes for (i, _), tonnes in flows.items() if i == seller) == pytest.approx(output)
    for buyer, need in needs.items():
        assert sum(tonnes for (_, j), tonnes in flows.items() if j == buyer) == pytest.approx(need)
    assert len(flows) <= len(outputs) + len(needs) - 1


def test_lay_leaves_out_who_sells_or_needs_nothing() -> None:
    flows = lay({0: 0.0, 1: 2.0}, {0: 2.0, 1: 0.0}, in_order(2, 2, "salt"), "salt")
    assert flows == {(1, 0): 2.0}


def test_lay_gives_the_last_buyer_its_need_to_the_last_bit() -> None:
    assert lay({0: 0.3}, {0: 0.1 + 0.2}, in_order(1, 1, "salt"), "salt") == {(0, 0): 0.1 + 0.2}
