"""The same world told otherwise: names, orders, units, halves, dates (E16-E19)."""

from collections.abc import Sequence

import numpy as np

from chokepoint.experiments.economics import acts
from chokepoint.experiments.economics.asked import Asked, Experiment, Found, Panel
from chokepoint.experiments.economics.economy import WEEKS, Economy
from chokepoint.experiments.economics.quotas import free_exports
from chokepoint.experiments.economics.relabel import firms_renamed, halved, in_units, later, renamed, reversed_rows
from chokepoint.experiments.economics.worlds import Change, NotPosed, World
from chokepoint.experiments.history.catalogue import Episode, find, names
from chokepoint.experiments.history.scoring import gather, measure
from chokepoint.sim.scenario.tables import Scenario
from chokepoint.sim.simulation import Simulation

EXACT = 1e-9
SCORED = 50  # replications of a score


def shocks(economy: Economy, world: World) -> list[Change]:
    """An embargo of half a year and a quota of two years, told as acts: something of everything."""
    actor, start = world.exporter, acts.first_quota_week(world.over(1))
    half = 0.7 * free_exports(economy, world, actor) / 2.0
    return [acts.embargo(actor, 60, 86, heard=60), acts.quotas(actor, [half] * 4, heard=start - 10)]


TELLING = "weeks from the start"


def paths(economy: Economy, world: World, *changes: Change) -> np.ndarray:
    """ln price over that of the first week by country and material, in the order of their names: (w, c, m)."""
    course = economy.run(world.over(4 * WEEKS, *changes))
    countries = [course.countries.index(name) for name in sorted(course.countries)]
    materials = [course.materials.index(name) for name in sorted(course.materials)]
    logs = np.log(course.price[0][:, countries][:, :, materials])
    return np.asarray(logs - logs[:1])


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """Largest difference; infinite where the shapes differ."""
    return float(np.abs(one - other).max()) if one.shape == other.shape else float("inf")


def told(world: World, telling: Sequence[str], all_paths: Sequence[np.ndarray]) -> list[Panel]:
    """The price that the largest importer pays in each telling, first material."""
    place = sorted(row.country for row in world.scenario.countries).index(world.target)
    lines = {name: np.exp(path[:, place, 0]) for name, path in zip(telling, all_paths, strict=True)}
    return [Panel("price outside", "start = 1", lines, axis=TELLING)]


def names_and_orders(economy: Economy, world: World) -> Found:
    """Rows in another order, materials in another order."""
    if "materials" in world.knobs:
        world = world.made(materials=2)
    acted = shocks(economy, world)
    plain = paths(economy, world, *acted)
    rows = paths(economy, world, *acted, reversed_rows())
    goods = paths(economy, world, *acted, reversed_rows(["materials", "base_year", "baskets", "sector_materials"]))
    renewed = paths(economy, world, *acted, renamed("b"))
    values = {"rows": apart(plain, rows), "materials": apart(plain, goods)}
    return Found(values, told(world, ("plain", "rows", "materials", "new names"), (plain, rows, goods, renewed)))


def units(economy: Economy, world: World) -> Found:
    """All tonnes ten times, all prices ten times."""
    acted = shocks(economy, world)
    plain = paths(economy, world, *acted)
    tonnes = paths(economy, world, *acted, in_units(tonnes=10.0))
    money = paths(economy, world, *acted, in_units(money=10.0))
    values = {"tonnes": apart(plain, tonnes), "prices": apart(plain, money)}
    return Found(values, told(world, ("plain", "tonnes x10", "prices x10"), (plain, tonnes, money)))


def halves(economy: Economy, world: World) -> Found:
    """The largest user of the largest importer as two firms."""
    users = [row for row in world.scenario.firms if row.country == world.target]
    largest = max(users, key=lambda row: row.use_t_per_year).firm
    acted = shocks(economy, world)
    plain, split = paths(economy, world, *acted), paths(economy, world, *acted, halved(largest))
    return Found({"apart": apart(plain, split)}, told(world, ("one", "two halves"), (plain, split)))


def dates(economy: Economy, world: World) -> Found:
    """All dates 52 weeks later, of an embargo and of a quota."""
    values: dict[str, float | str] = {}
    panels: list[Panel] = []
    for word, act in zip(("embargo", "quota"), shocks(economy, world), strict=True):
        plain, shifted = paths(economy, world, act), paths(economy, world, act, later(52))
        values[word] = apart(plain, shifted)
        panels += told(world, (word, "52 weeks later"), (plain, shifted))
    return Found(values, panels)


def keys(economy: Economy, world: World) -> Found:
    """Other names with the same keys."""
    acted = shocks(economy, world)
    plain, kept = paths(economy, world, *acted), paths(economy, world, *acted, renamed("b", keys=True))
    return Found({"kept": apart(plain, kept)}, told(world, ("plain", "new names"), (plain, kept)))


def new_keys(economy: Economy, world: World) -> Found:
    """The facts of an episode with other names of its firms."""
    if world.name not in names():
        raise NotPosed(f"{world.name} has no history")
    place = find(world.name)
    if not place.facts.facts:
        raise NotPosed(f"{world.name} has no facts")
    before = verdicts(place, place.scenario())
    after = verdicts(place, firms_renamed("b")(place.scenario()))
    return Found({"verdicts": float(sum(before[fact] != after[fact] for fact in before))})


def verdicts(place: Episode, scenario: Scenario) -> dict[str, str]:
    """Strong, pass or fail of each fact that plain runs answer."""
    simulation = Simulation(scenario)
    rows = [{**measure(simulation.one(i), place), "version": 0} for i in range(SCORED)]
    score = gather(place, rows, SCORED, simulation.seed, 0)
    return {finding.fact.id: finding.verdict for finding in score.findings if finding.fact.id in rows[0]}


WORLDS = ("one_exporter", "two-countries", "2010-embargo")
EXPERIMENTS = (
    Experiment(
        "E16", "Other orders of rows and of materials",
        (
            Asked("rows", "move by the order of rows, ln", None, EXACT),
            Asked("materials", "move by the order of materials, ln", None, EXACT),
        ),
        names_and_orders, WORLDS,
    ),
    Experiment(
        "E16", "Other names with the same keys", (Asked("kept", "move of a price, ln", None, EXACT),), keys,
    ),
    Experiment(
        "E16", "An episode with new keys",
        (Asked("verdicts", f"verdicts on facts that change with other names of firms, n = {SCORED}", None, 1.0),),
        new_keys, ("2010-embargo",), slow=True,
    ),
    Experiment(
        "E17", "Tonnes x10, prices x10",
        (
            Asked("tonnes", "move by tonnes x10, ln", None, EXACT),
            Asked("prices", "move by prices x10, ln", None, EXACT),
        ),
        units, WORLDS,
    ),
    Experiment(
        "E18", "A firm in two halves", (Asked("apart", "move of a price, ln", None, 1e-3),), halves, WORLDS,
    ),
    Experiment(
        "E19", "All dates + 52 weeks", (
            Asked("embargo", "move of a price with an embargo, ln", None, EXACT),
            Asked("quota", "move of a price with a quota, ln", None, EXACT),
        ),
        dates, WORLDS,
    ),
)  # fmt: skip
