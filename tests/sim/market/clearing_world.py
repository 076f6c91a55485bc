"""Weeks of small real worlds, phase by phase: what goes into the market is set by hand, and what comes out is checked.

Every check is worked out from the rules of holders and mines, not read from the arrays of the solver.
"""

from math import exp, log
from typing import Any

import numpy as np

from chokepoint.agents import firm, mine
from chokepoint.experiments.economics import worlds
from chokepoint.sim import Simulation
from chokepoint.sim.market.mechanisms.clearing import TRANSIT_WEEKS
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.scenario.tables import Scenario

FREE = -1.0  # licences a year where none are needed
SPARE = 0.1  # of output at once, which does not answer within the week


def between(world: GovernedWorld, first: str, last: str) -> None:
    """Run the phases of the world's week from `first` up to, not including, `last`; an empty name is no limit."""
    names = [phase.name for phase in world.frame.phases]
    for name in names[names.index(first) if first else 0 : names.index(last) if last else None]:
        world.kernel.phase(name, world.step, world.dt)


def of(scenario: Scenario) -> GovernedWorld:
    """A world of a scenario, about to clear its first week."""
    world = Simulation(scenario).world()
    between(world, "", "clearing")
    return world


def small(name: str, **knobs: Any) -> GovernedWorld:
    """A small world of `experiments/economics` with knobs of its own, about to clear its first week."""
    return of(worlds.world(name).made(**knobs).over(60))


def clear(world: GovernedWorld) -> None:
    """Clear the week; AssertionError where it does not."""
    world.kernel.phase("clearing", world.step, world.dt)
    assert world.S.unsolved[0] == 0.0, f"left over: {world.S.unsolved[0]}"


def price(world: GovernedWorld, country: str, material: int = 0) -> float:
    """USD/kg."""
    return float(np.exp(world.S.price_ln[market(world, country, material)]))


def base(world: GovernedWorld, country: str, material: int = 0) -> float:
    """USD/kg in the base year."""
    return float(np.exp(world.N.q_base_ln[market(world, country, material)]))


def market(world: GovernedWorld, country: str, material: int = 0) -> int:
    """The place of a market."""
    return int(world.N.q_of[world.countries.index(country), material])


def passages(world: GovernedWorld, origin: str, destination: str = "", legal: bool = True) -> list[int]:
    """Places of the passages of all materials from a country, to one or to all."""
    N = world.N
    return [
        v
        for v in range(len(N.v_here))
        if world.countries[N.q_country[N.v_here[v]]] == origin
        and destination in ("", world.countries[N.q_country[N.v_there[v]]])
        and bool(N.v_legal[v]) == legal
    ]


def exports(world: GovernedWorld, country: str) -> float:
    """What leaves a country by its legal passages, t a year."""
    return float(world.S.flow[passages(world, country)].sum())


def net_demand(world: GovernedWorld, q: int) -> float:
    """What a market wants of the rest of the world at its price, t a year: use - output + what fills or empties stocks
    + what is bought ahead and for states."""
    P, N, S = world.P, world.N, world.S
    gap, level = float(S.price_ln[q] - N.q_base_ln[q]), float(S.use_level[q])
    use, _ = firm.use(gap, level, P.use_elasticity, P.choke)
    output, _ = mine.output(gap, float(S.output_level[q]), 0.0, SPARE)
    raised = exp(P.stock_elasticity * float(S.holders_ln[q] - S.price_ln[q]))
    wanted = float(S.normal_stock[q] + transit_before(world)[q] * TRANSIT_WEEKS * world.dt)
    missing = (use / level if level > 0.0 else 1.0) * raised * wanted - float(S.position[q] - S.forward[q])
    years = float((S.fill_of if missing > 0.0 else S.release_of)[q])
    return use - output + missing / years + raised * float(S.forward_buying[q]) + float(S.state_buying[q])


def transit_before(world: GovernedWorld) -> np.ndarray:
    """What countries shipped on for others, as it was remembered before this week was cleared: (markets,)."""
    N, S = world.N, world.S
    leaves = np.bincount(N.v_here, (S.flow - N.v_flow) * N.v_legal, len(N.q_mat))
    beyond = np.where(N.q_output <= 0.0, np.maximum(0.0, leaves), 0.0)
    new = 1.0 - exp(-1.0 / 6.0)
    return np.asarray((S.transit - new * beyond) / (1.0 - new))


def left_over(world: GovernedWorld) -> np.ndarray:
    """What is left over in each market, of what passes through it in the base year: (markets,)."""
    N, S = world.N, world.S
    wants = np.array([net_demand(world, q) for q in range(len(N.q_mat))])
    wants += np.bincount(N.v_here, S.flow, len(wants)) - np.bincount(N.v_there, S.flow, len(wants))
    return np.asarray(wants / N.q_size)


def over_licences(world: GovernedWorld) -> np.ndarray:
    """By kind of licence, how far min(rent, licences left) is from zero, of base-year value and size: (kinds,)."""
    N, S, I = world.N, world.S, world.I
    needs = S.group >= 0
    gone = np.bincount(S.group[needs], (S.flow * N.v_gross)[needs], len(S.rent))
    found = np.zeros(len(S.rent))
    for u, limit in enumerate(I.licences_a_year):
        if limit < 0.0:
            found[u] = abs(S.rent[u]) / N.u_value[u]
        elif limit < 1e-5 * N.u_size[u]:  # so few that nothing is let go
            found[u] = gone[u] / N.u_size[u]
        else:
            found[u] = abs(min(S.rent[u] / N.u_value[u], (limit - gone[u]) / N.u_size[u]))
    return found


def misrouted(world: GovernedWorld, width: float) -> list[str]:
    """Passages that carry goods at a loss, more than their room, or less than their room with a margin to earn.

    width: the margin at which a passage carries its normal flow.
    """
    N, S, I = world.N, world.S, world.I
    faults = []
    for v in range(len(S.flow)):
        here, there, group = N.v_here[v], N.v_there[v], int(S.group[v])
        rent = float(S.rent[group] * N.v_gross[v]) if group >= 0 else 0.0
        margin = float(S.price_ln[there]) - log(exp(S.price_ln[here]) * (1.0 + I.route_tax[v]) + rent) - N.v_cost[v]
        shut = group >= 0 and 0.0 <= I.licences_a_year[group] < 1e-5 * N.u_size[group]
        room = 0.0 if shut else float(I.route_room[v])
        most = min(room, N.v_scale[v] * max(0.0, margin) / width)
        flow = float(S.flow[v])
        if not -1e-12 <= flow <= most * (1.0 + 1e-9) + 1e-12 or flow < most - 0.5 * N.v_scale[v] - 1e-9 * most:
            faults.append(f"passage {v} carries {flow} of {room} at a margin of {margin}")
    return faults


def scaled(scenario: Scenario, factor: float) -> Scenario:
    """The scenario with all tonnes times a factor."""

    def times(rows: tuple[Any, ...], *names: str) -> tuple[Any, ...]:
        return tuple(row.model_copy(update={n: factor * getattr(row, n) for n in names}) for row in rows)

    acts = tuple(
        e.model_copy(update={"value": factor * e.value}) if e.unit.split("/")[0].split()[0] == "t" else e
        for e in scenario.events
    )
    return scenario.model_copy(
        update={
            "mines": times(scenario.mines, "output_t_per_year", "capacity_t_per_year", "capex_musd"),
            "refiners": times(scenario.refiners, "capacity_t_per_year"),
            "firms": times(scenario.firms, "use_t_per_year"),
            "events": acts,
        }
    )
