"""A mechanism of a study's own in one file: a royalty that a state takes on every tonne that a mine at home ships."""

from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.accounts import pay
from chokepoint.sim.scenario.acts import Instrument


def royalties(step, dt, P, N, X, I, S, R):
    """Each mine pays its state for what it shipped this week."""
    for mine in range(N.k_country.shape[0]):
        country = N.k_country[mine]
        due = owed(R.mined[step, mine], I.royalty[country])
        pay(S.cash, N.k_account[mine], N.c_account[country], due)
        S.royalties_paid[mine] += due
        R.royalty[step, country] += due


def owed(shipped, rate):
    """Thousand USD on so many tonnes at USD per kg."""
    return shipped * rate


def _set_rate(world, measure):
    world.I.royalty[world.countries.index(measure.actor)] = 0.0 if measure.lifted else measure.value


def _recorded_once(world):
    """What mines paid is what states took."""
    paid, taken = world.S.royalties_paid.sum(), world.R.royalty.sum()
    if abs(paid - taken) > 1e-9 * max(1.0, paid):
        yield f"mines paid {paid} thousand USD of royalty, states took {taken}"


MECHANISM = Mechanism(
    "royalty",
    source="assumption",
    phases=(Phase(royalties, after=("mining",)),),
    arrays=(
        Array("I.royalty", "c", "USD/kg", "royalty on ore that a mine of the country ships"),
        Array("S.royalties_paid", "k", "thousand USD", "royalty that a mine has paid so far"),
    ),
    series={"royalty": Series("thousand USD", "country", True, "royalty on ore, paid to the state", "t c")},
    instruments=(
        Instrument("ore_royalty", "mines at home pay the state for every kg of ore", _set_rate, unit="USD/kg", high=1000.0),
    ),
    checks=(_recorded_once,),
)
