"""The cascade of trade cuts: its own invariants."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chokepoint.experiments.systems.frame.cascade import cascade


@dataclass(frozen=True)
class Problem:
    production: np.ndarray
    reserves: np.ndarray
    trade: np.ndarray
    loss: np.ndarray

    @property
    def used(self) -> np.ndarray:
        return np.asarray(self.production + self.trade.sum(axis=0) - self.trade.sum(axis=1))


def tonnes(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_subnormal=False).map(lambda x: round(x, 6))


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Small networks, in which everybody uses something, and one country loses a part of its production."""
    n = draw(st.integers(2, 6))
    links = st.lists(st.one_of(st.just(0.0), tonnes(0.1, 100.0)), min_size=n * n, max_size=n * n)
    trade = np.array(draw(links)).reshape(n, n)
    np.fill_diagonal(trade, 0.0)
    # What each makes covers its exports where they are larger than its imports, and some of its own use.
    own = np.array(draw(st.lists(tonnes(1.0, 100.0), min_size=n, max_size=n)))
    production = own + np.maximum(0.0, trade.sum(axis=1) - trade.sum(axis=0))
    reserves = np.array(draw(st.lists(tonnes(0.0, 50.0), min_size=n, max_size=n)))
    loss = np.zeros(n)
    k = int(production.argmax())
    loss[k] = draw(st.floats(0.0, 1.0)) * production[k]
    return Problem(production, reserves, trade, loss)


@given(p=problems(), share=st.floats(0.0, 1.0), threshold=st.floats(0.0, 0.1), raises=st.booleans())
@settings(max_examples=80, deadline=None, derandomize=True)
def test_a_cascade_loses_no_tonne(p: Problem, share: float, threshold: float, raises: bool) -> None:
    end = cascade(
        p.production, p.reserves, p.trade, p.loss, reserve_share=share, threshold=threshold, raises=raises
    )  # fmt: skip
    size = 1e-9 * (p.production.sum() + p.trade.sum())
    # the shock is absorbed, and nothing else is
    assert end.drawn.sum() + end.lost.sum() == pytest.approx(p.loss.sum(), abs=size)
    # each country's balance: what it makes, draws and trades is what it uses
    used = p.production - p.loss + end.drawn + end.trade.sum(axis=0) - end.trade.sum(axis=1)
    assert used == pytest.approx(p.used - end.lost, abs=size)
    assert (end.trade >= 0.0).all()
    assert (end.lost >= 0.0).all()
    assert (end.drawn <= share * p.reserves + size).all()
    # reserves first: nobody goes short, or changes its trade, with something left to draw
    left = share * p.reserves - end.drawn
    assert (left[(end.lost > size) | end.hit] <= size).all()
    # who is short of more than the threshold has nothing left to cut and nobody left to ask
    stuck = end.lost > threshold * p.used + size
    assert (end.trade[stuck].sum(axis=1) <= size).all()
    if raises:
        assert (end.trade[~end.hit][:, stuck].sum(axis=0) <= size).all()
    else:
        assert (end.trade <= p.trade + size).all()
    assert ((end.trade > 0.0) <= (p.trade > 0.0)).all()  # no new links


@given(p=problems())
@settings(max_examples=30, deadline=None, derandomize=True)
def test_more_reserves_lose_less_in_all(p: Problem) -> None:
    def lost(factor: float) -> float:
        return float(cascade(p.production, factor * p.reserves, p.trade, p.loss, raises=False).lost.sum())

    assert lost(2.0) <= lost(1.0) + 1e-9 * p.production.sum()
    assert lost(0.0) == pytest.approx(p.loss.sum())


def test_a_cascade_by_hand() -> None:
    # 0 sends 30 to 1 and 10 to 2; 1 sends 5 to 2. It loses 20 and holds 4: 16 of 40 are cut, 12 from 1 and 4 from 2.
    # 1 holds 2 and cuts its 5 to nothing: 5 left, which it goes without. 2 is short of 4 and then of 5 more, holds 6.
    trade = np.array([[0.0, 30.0, 10.0], [0.0, 0.0, 5.0], [0.0, 0.0, 0.0]])
    production, reserves, loss = np.array([100.0, 20.0, 10.0]), np.array([4.0, 2.0, 6.0]), np.array([20.0, 0.0, 0.0])
    end = cascade(production, reserves, trade, loss, raises=False)
    assert end.drawn == pytest.approx([4.0, 2.0, 6.0])
    assert end.lost == pytest.approx([0.0, 5.0, 3.0])
    assert end.trade[0] == pytest.approx([0.0, 18.0, 6.0])
    assert end.trade[1] == pytest.approx([0.0, 0.0, 0.0])
    assert end.rounds == 2


def test_who_is_short_asks_its_other_suppliers() -> None:
    # 2 loses 6 of its own and buys 20 from 0 and 10 from 1: it asks for 4 and 2 more. 0 has it in store; 1 has not, and
    # keeps 2 from its only customer, which has nobody left to ask but 0: its store holds that, too.
    trade = np.array([[0.0, 0.0, 20.0], [0.0, 0.0, 10.0], [0.0, 0.0, 0.0]])
    end = cascade(np.array([50.0, 30.0, 6.0]), np.array([9.0, 0.0, 0.0]), trade, np.array([0.0, 0.0, 6.0]))
    assert end.trade[:, 2] == pytest.approx([26.0, 10.0, 0.0])
    assert end.drawn == pytest.approx([6.0, 0.0, 0.0])
    assert end.lost == pytest.approx(np.zeros(3), abs=1e-12)


def test_what_no_cascade_is_made_for_is_refused() -> None:
    two = np.array([[0.0, 5.0], [0.0, 0.0]])
    for production, loss in (((10.0, 0.0), (11.0, 0.0)), ((10.0, 0.0), (-1.0, 0.0)), ((2.0, 0.0), (1.0, 0.0))):
        with pytest.raises(ValueError, match="ships more than it has"):
            cascade(np.array(production), np.zeros(2), two, np.array(loss))
