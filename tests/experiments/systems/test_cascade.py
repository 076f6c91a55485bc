"""The cascade of trade cuts: its own invariants, and the model where the two are the same problem."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chokepoint.experiments.systems.frame.cascade import STILL, Docked, cascade
from chokepoint.experiments.systems.frame.cases import WORLDS
from chokepoint.sim import Simulation
from chokepoint.sim.scenario.tables import Scenario
from chokepoint.sim.simulation import load_scenario

WEEKS, LAG = 26, 4  # a quota of half a year, cargo four weeks under way


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


# The model.


def network(output: tuple[float, ...], use: tuple[float, ...]) -> Scenario:
    """Exporters of these outputs and importers of these uses (t a year, scaled to what is made)."""
    base = load_scenario(WORLDS / "four-exporters")
    makers = [c.country for c in base.countries if c.role == "exporting_state"][: len(output)]
    buyers = [c.country for c in base.countries if c.role == "importing_government"][: len(use)]
    made = dict(zip(makers, output, strict=True))
    wanted = {c: 0.2 * q for c, q in made.items()} | dict(zip(buyers, use, strict=True))
    names = {*makers, *buyers}
    size = {"output_t_per_year": made, "capacity_t_per_year": {c: 1.3 * q for c, q in made.items()}}
    return base.model_copy(
        update={
            "countries": tuple(c for c in base.countries if c.country in names),
            "mines": tuple(
                k.model_copy(update={key: sizes[k.country] for key, sizes in size.items()})
                for k in base.mines if k.country in made
            ),
            "refiners": tuple(
                r.model_copy(update={"capacity_t_per_year": 1.3 * made[r.country], "licence_share": 1.0})
                for r in base.refiners if r.country in made
            ),
            "feeds": tuple(f for f in base.feeds if f.mine.split()[0] in made),
            "firms": tuple(
                f.model_copy(update={"use_t_per_year": wanted[f.country]}) for f in base.firms if f.country in names
            ),
            "lags": tuple(x for x in base.lags if {x.origin, x.destination} <= names),
            "choices": base.choices.model_copy(update={"freeze_prices_from": base.start}),
        }
    )  # fmt: skip


def docked(scenario: Scenario, *changes: str) -> Docked:
    return Docked.of(Simulation(scenario, changes=changes, behaviour=STILL))


sizes = st.floats(0.8, 1.3).map(lambda x: 2000.0 * round(x, 3))
uses = st.floats(0.1, 1.0).map(lambda x: 3000.0 * round(x, 3))


@given(
    output=st.lists(sizes, min_size=2, max_size=4), use=st.lists(uses, min_size=1, max_size=4),
    months=st.lists(st.floats(0.0, 3.0), min_size=8, max_size=8), share=st.floats(0.05, 0.95),
)  # fmt: skip
@settings(max_examples=12, deadline=None, derandomize=True)
def test_an_export_cut_is_the_cascade(output: list[float], use: list[float], months: list[float], share: float) -> None:
    """A quota on one exporter for half a year: trade by link, stocks drawn and use lost by country are the same."""
    scenario = network(tuple(output), tuple(use))
    free = docked(scenario)
    span = WEEKS * free.world.dt
    trade, k = free.trade() * span, int(free.trade().sum(axis=1).argmax())
    cut = share * trade[k].sum()
    actor = free.world.countries[k]
    act = f"act.cut={actor}:export_quota:all:2010-01-04..2010-07-04:{float(trade[k].sum() - cut)!r} t gross"
    model = docked(scenario, act)
    stocks = np.array(months[: len(model.world.countries)]) / 12.0 * model.by_country(model.world.N.s_base)
    model.hold(stocks)
    model.run(WEEKS + LAG)

    loss = np.zeros(len(trade))
    loss[k] = cut
    kept = np.where(np.arange(len(trade)) == k, 0.0, stocks)  # a quota is no shortage at home: its stocks stay
    end = cascade(model.production() * span, kept, trade, loss, raises=False)
    R, size = model.world.R, 1e-9 * trade.sum()
    assert model.arrived(LAG, WEEKS + LAG) == pytest.approx(end.trade, abs=size)
    assert R.shortfall[: WEEKS + LAG].sum(axis=0) == pytest.approx(end.lost, abs=size)
    assert stocks - model.by_country(model.world.S.stock) == pytest.approx(end.drawn, abs=size)
    assert model.world.check() == []


@given(
    output=st.lists(sizes, min_size=2, max_size=4), use=st.lists(uses, min_size=2, max_size=4),
    more=st.floats(0.0, 1.0), spare=st.lists(st.floats(0.0, 0.3), min_size=4, max_size=4),
)  # fmt: skip
@settings(max_examples=25, deadline=None, derandomize=True)
def test_a_week_of_orders_is_the_cascade(
    output: list[float], use: list[float], more: float, spare: list[float]
) -> None:
    """Who orders more does so on all links in proportion; sellers meet it from stock and ration the rest."""
    model = docked(network(tuple(output), tuple(use)))
    trade = model.trade() * model.world.dt
    n, makers, j = len(trade), len(output), len(output)
    reserves = np.zeros(n)
    reserves[:makers] = np.array(spare[:makers]) * trade.sum(axis=1)[:makers]
    orders = trade.sum(axis=0)
    lost = more * orders[j]  # of its own production, which it made up for by nothing else
    orders[j] += lost

    production, loss = model.production() * model.world.dt, np.zeros(n)
    production[j] += lost
    loss[j] = lost
    end = cascade(production, reserves, trade, loss, rounds=2)
    assert model.week_of_orders(orders, reserves) == pytest.approx(end.trade, abs=1e-9 * trade.sum())


@pytest.mark.parametrize("days", [20.0, 100.0])
def test_a_state_reserve_of_equal_days_is_the_cascade(days: float) -> None:
    """With one seller and as many days in each reserve, what states release shrinks only what is cut anyway."""
    share, importers = 0.4, ("Importia", "Thirdland", "Farland", "Isleland")
    scenario = network((2000.0,), (3200.0, 1600.0, 1000.0, 600.0))
    span = WEEKS * docked(scenario).world.dt
    sent = float(docked(scenario).trade().sum() * span)
    act = f"act.cut=Northland:export_quota:all:2010-01-04..2010-07-04:{(1.0 - share) * sent!r} t gross"
    held = [x for c in importers for x in (f"reserve.{c}=target_days", f"reserve.{c}.held_days={days}")]
    kept = [f"reserve.{c}.start=2014-01-06" for c in importers]  # no office decides before
    model = docked(scenario, act, *held, *kept)
    world, N = model.world, model.world.N
    model.hold(np.zeros(len(world.countries)))
    slots = np.arange(N.reserve_start[0], len(N.s_firm))
    reserves = np.bincount(N.s_country[slots], world.S.stock[slots], len(world.countries))
    use = model.by_country(N.s_base)
    world.I.reserve_release[slots] = share * use[N.s_country[slots]]  # at the pace of what is lost
    model.run(WEEKS)
    world.I.reserve_release[slots] = 0.0
    model.run(LAG)

    trade, loss = model.trade() * span, np.zeros(len(use))
    loss[0] = share * sent
    end = cascade(model.production() * span, np.where(loss > 0.0, 0.0, reserves), trade, loss, raises=False)
    left = np.bincount(N.s_country[slots], world.S.stock[slots], len(world.countries))
    assert reserves - left == pytest.approx(end.drawn, abs=1e-9 * sent)
    assert world.R.shortfall[: WEEKS + LAG].sum(axis=0) == pytest.approx(end.lost, abs=1e-9 * sent)
    assert (end.lost.sum() > 0.0) == (days < 50.0)
