"""D9: do importers who cooperate run their reserves otherwise? After Murphy, Toman and Weiss."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

import numpy as np

from chokepoint.experiments.docking.docked import Docking, Question, Reply
from chokepoint.experiments.docking.draws import Behaviour, over
from chokepoint.experiments.economics import acts
from chokepoint.experiments.economics.asked import Panel
from chokepoint.experiments.economics.economy import WEEKS
from chokepoint.experiments.economics.worlds import PRICE, world
from chokepoint.experiments.systems.frame.reserve_account import position
from chokepoint.sim.scenario.programmes import Reserve
from chokepoint.sim.scenario.tables import Scenario
from chokepoint.sim.simulation import Simulation

ROW = ("D9", "cooperation")
PLAYERS = ("J", "E")
LIMIT = 60.0  # days of use that a store holds
BUILT = (0.0, 20.0, 40.0, LIMIT)  # days of use built up in two years
DRAWN = (0.1, 0.3, 1.0)  # use a year that is let go at most
BEYOND = (0.0, 30.0, 60.0, 90.0, 120.0, 150.0, 180.0)  # the same without a limit
CUT, PROBABILITY = 50.0, 0.2  # % of exports that a crisis takes away, and how probable it is
BEGINS, ENDS, WEEKS_IN_ALL = 3 * WEEKS, 4 * WEEKS, 5 * WEEKS
START = date(2010, 2, 1)  # of building
GAMES = 6  # draws that are played at most: each is some hundred runs


@dataclass(frozen=True)
class Plan:
    """How a state runs its reserve: days of use built up in two years, and use a year let go at most."""

    days: float
    release: float


NOTHING = Plan(0.0, DRAWN[-1])


def plans(days: Sequence[float]) -> list[Plan]:
    """All plans with these days; who holds nothing has one."""
    return [NOTHING, *(Plan(d, release) for d in days if d > 0.0 for release in DRAWN)]


def reserve(country: str, plan: Plan) -> Reserve:
    settings = {
        "days": plan.days, "pace_years": 2.0, "release_share": plan.release, "release_shortfall": 0.005,
    }  # fmt: skip
    return Reserve(country=country, start=START, settings=settings, release_delay_weeks=0)


def payoffs(pair: tuple[Plan, Plan], crisis: bool, behaviour: Behaviour) -> np.ndarray:
    """What a run leaves each state and its firms with, million USD discounted: (players,)."""
    held = {who: reserve(who, plan) for who, plan in zip(PLAYERS, pair, strict=True)}

    def change(scenario: Scenario) -> Scenario:
        return scenario.model_copy(update={"reserves": {w: r for w, r in held.items() if r.settings["days"] > 0.0}})

    land = world("one_exporter")
    cut = [acts.embargo(land.exporter, BEGINS, ENDS, heard=BEGINS, value=CUT, unit="%")] if crisis else []
    run = Simulation(land.over(WEEKS_IN_ALL, *cut, change), behaviour=behaviour).run(1)
    prices = {material.material: PRICE for material in land.scenario.materials}
    return np.array([sum(line[0] for line in position(run, held[who], prices).values()) for who in PLAYERS])


def game(choices: Sequence[Plan], behaviour: Behaviour) -> np.ndarray:
    """Expected payoffs of every pair of plans: (plans, plans, players)."""
    table = np.zeros((len(choices), len(choices), len(PLAYERS)))
    for i, j in product(range(len(choices)), repeat=2):
        pair = (choices[i], choices[j])
        table[i, j] = PROBABILITY * payoffs(pair, True, behaviour) + (1.0 - PROBABILITY) * payoffs(
            pair, False, behaviour
        )
    return table


def equilibrium(table: np.ndarray) -> tuple[int, int]:
    """Plans that answer each other best, from nothing on; the last pair where answers go round."""
    i = j = 0
    for _ in range(20):
        answer = int(table[:, j, 0].argmax())
        other = int(table[answer, :, 1].argmax())
        if (answer, other) == (i, j):
            break
        i, j = answer, other
    return i, j


def together(table: np.ndarray) -> tuple[int, int]:
    """Plans that leave both most in sum."""
    i, j = divmod(int(table.sum(axis=2).argmax()), table.shape[1])
    return i, j


def mean(pair: tuple[int, int], choices: Sequence[Plan], what: Callable[[Plan], float]) -> float:
    return float(np.mean([what(choices[place]) for place in pair]))


def compared(choices: Sequence[Plan], behaviour: Behaviour) -> dict[str, float]:
    """Building and letting go, each for itself and together, mean over both states."""
    table = game(choices, behaviour)
    alone, both = equilibrium(table), together(table)
    built = {who: mean(pair, choices, lambda plan: plan.days) for who, pair in (("alone", alone), ("both", both))}
    drawn = {who: mean(pair, choices, lambda plan: plan.release) for who, pair in (("alone", alone), ("both", both))}
    gain = float(table[both].sum() - table[alone].sum())
    saved = float(table[both].sum() - table[0, 0].sum())
    return {
        "held": built["both"], "build": built["alone"] / built["both"] if built["both"] > 0.0 else float("nan"),
        "release": drawn["alone"] / drawn["both"], "gain": 100.0 * gain / saved if saved > 0.0 else 0.0,
        "alone": built["alone"],
    }  # fmt: skip


def make(given: Sequence[Behaviour]) -> Reply:
    """The game within the limit, by draws; without one, at shipped parameters; payoffs by what both build."""
    choices = plans(BUILT)
    found = over(given[: GAMES + 1], lambda behaviour: compared(choices, behaviour))
    free = compared(plans(BEYOND), given[0])
    pairs = [(Plan(days, 1.0), Plan(days, 1.0)) for days in BEYOND]
    expected = np.array(
        [
            PROBABILITY * payoffs(pair, True, given[0]) + (1.0 - PROBABILITY) * payoffs(pair, False, given[0])
            for pair in pairs
        ]
    )
    panel = Panel(
        "both build as much", "million USD beside no reserve",
        {f"state {who}": each - each[0] for who, each in zip(PLAYERS, expected.T, strict=True)},
        axis="built up in two years, days of use", at=np.array(BEYOND),
    )  # fmt: skip
    notes = [
        f"stores of at most {LIMIT:g} days: both hold {found['held'][0]:.0f} days; cooperation saves"
        f" {found['gain'][0]:.2g} % of what reserves save",
        f"stores without a limit: {free['alone']:.0f} days each for itself, {free['held']:.0f} days together;"
        f" cooperation saves {free['gain']:.2g} %",
    ]
    values: dict[str, np.ndarray | str] = {name: found[name] for name in ("held", "build", "release")}
    return Reply(values, [panel], notes)


DOCKINGS = (
    Docking(
        *ROW, "Reserves with and without cooperation",
        "Murphy, Toman and Weiss (1987), Management Science 33, 484-499",
        f"Two importers choose how much to build up in two years, to a limit of {LIMIT:g} days of use, and how fast to"
        f" let go. With a probability of {PROBABILITY:g} half of all exports stop in the fourth year. Each pair of"
        " plans is a run with and one without the crisis; payoffs are value added not lost, bills and reserves"
        " (`reserve_account`). Plans that answer each other best stand against those that are best in sum.",
        f"draws of all parameters, {GAMES} at most",
        "Value added that hangs on a day's use is many times its price, so that a store of two months is filled and"
        " let go in need whoever decides: the paper lays it on the limits of stores, too. What a state does for"
        " itself is most of what it does for all, and where stores have no limit each still leans little on the"
        " other.",
        (
            Question("held", "days built up when both decide together", 0.5 * LIMIT, None, "days", "to the limit"),
            Question("build", "days built up each for itself, over together", 0.9, 1.1, "", "essentially the same"),
            Question("release", "pace of letting go, the same ratio", 0.9, 1.1, "", "essentially the same"),
        ),
        make,
    ),
)  # fmt: skip
