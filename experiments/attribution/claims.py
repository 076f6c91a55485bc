"""What is said of reserves, and what would overturn it: each claim beside the table of its variations.

A claim is a paired difference between runs with and without a reserve, in the world of 2010. It is measured as shipped,
and again under other luck, other links and assumed numbers, other parameters, other horizons, other stocks of firms,
other lengths of the embargo and, where a state decides, other weights and a longer or shorter look ahead. It flips
where the sign is another; the sentence then says under what.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from chokepoint.agents.behaviour import FITTED, PARAMETERS
from chokepoint.experiments.history.catalogue import Episode, find
from chokepoint.experiments.systems.frame.reserve_account import account, lost_value
from chokepoint.experiments.systems.frame.reserve_cases import QUIET, base_prices, price_level, reserve
from chokepoint.sim.results.run import Run
from chokepoint.sim.scenario.programmes import Reserve

EPISODE, HOLDER = "2010-embargo", "Japan"
DRAWS = 6  # of links and assumed numbers, and of parameters
BUILT = date(2009, 7, 1), date(2010, 6, 30)
CUT = date(2010, 9, 21)
LENGTHS = (13, 26, 104)  # weeks of embargo; 52 as shipped
MONTHS = (1.0, 6.0)  # of use that firms of the holder hold; 3 as shipped
TRIES = (
    "end=2012-12-31", "news=none", "doctrine.China=leverage", "doctrine.China.instruments=embargo",
    "doctrine.China.start=2010-09-13",
    "act.trawler=China incident against Japan at 0.8 strength from 2010-09-07 until 2010-09-08",
)  # fmt: skip
NOTHING = 1e-6  # of a unit: a difference without a sign


@dataclass(frozen=True)
class Variation:
    """One way in which a claim is measured again: its kind, what is other, changes, parameters, and seed."""

    kind: str
    name: str
    changes: tuple[str, ...] = ()
    behaviour: Mapping[str, float] = field(default_factory=dict)
    seed: int = 1
    weeks: int = 52  # of embargo


@dataclass(frozen=True)
class Claim:
    """A sentence with a number. cases: changes of the runs it compares, by name, given the weeks of embargo; measure:
    from these runs, (replications,); kinds: of variations that bear on it."""

    name: str
    sentence: str
    unit: str
    cases: Callable[[int], Mapping[str, tuple[str, ...]]]
    measure: Callable[[Mapping[str, Run]], np.ndarray]
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """A claim under one variation: mean over replications of the paired difference, with its 10 and 90 % quantiles."""

    claim: Claim
    variation: Variation
    mean: float
    low: float
    high: float


def crisis(weeks: int) -> tuple[str, ...]:
    """History with one more embargo on the holder, of so many weeks."""
    last = CUT + timedelta(weeks=weeks) - timedelta(days=1)
    return "end=2014-12-31", f"act.long=China embargo against {HOLDER} from {CUT} until {last} unheard"


def held(days: int, **more: object) -> tuple[str, ...]:
    """So many days of use from the start on."""
    return reserve(HOLDER, held_days=days, days=days, **more)


def _building(weeks: int) -> Mapping[str, tuple[str, ...]]:
    whole = 180.0 / (180.0 - 42.0)  # a rule's pace is that of the whole target
    step = reserve(HOLDER, held_days=42, days=180, start="2009-07-01", pace_years=whole)
    return {"without": (*QUIET, *held(42)), "with": (*QUIET, *step)}


def _in_crisis(weeks: int) -> Mapping[str, tuple[str, ...]]:
    return {"without": crisis(weeks), "with": (*crisis(weeks), *held(180))}


def _tempted(weeks: int) -> Mapping[str, tuple[str, ...]]:
    return {"without": (*TRIES, *held(42)), "with": (*TRIES, *held(180))}


def _price(runs: Mapping[str, Run]) -> np.ndarray:
    return 100.0 * (price_level(runs["with"], *BUILT) / price_level(runs["without"], *BUILT) - 1.0)


def _saved(runs: Mapping[str, Run]) -> np.ndarray:
    lost = lost_value(runs["without"], [HOLDER])
    return np.asarray(100.0 * (lost - lost_value(runs["with"], [HOLDER])) / np.maximum(lost, NOTHING))


def _elsewhere(runs: Mapping[str, Run]) -> np.ndarray:
    others = [c for c in runs["with"].columns["lost_value"] if c != HOLDER]
    lost = lost_value(runs["without"], others)
    return np.asarray(100.0 * (lost_value(runs["with"], others) - lost) / np.maximum(lost, NOTHING))


def _net(runs: Mapping[str, Run]) -> np.ndarray:
    return account(runs["with"], runs["without"], Reserve(country=HOLDER), base_prices(runs["without"]))["net"]


def _shut(run: Run) -> np.ndarray:
    """Weeks in which less than a tenth of 2009's usual cargo comes from China: (replications,)."""
    came = run.column("imports", f"{HOLDER} from China")
    usual = came[:, : run.step_of(date(2010, 1, 4))].mean(axis=1, keepdims=True)
    return np.asarray((came[:, run.step_of(CUT) :] < 0.1 * usual).sum(axis=1), dtype=float)


def _tempted_weeks(runs: Mapping[str, Run]) -> np.ndarray:
    return _shut(runs["without"])


def _kept_from(runs: Mapping[str, Run]) -> np.ndarray:
    return _shut(runs["without"]) - _shut(runs["with"])


WORLD = ("luck", "links and assumed numbers", "parameters", "horizon of holders", "firms' own stock")
CLAIMS = (
    Claim(
        "building",
        "Going from 42 to 180 days in a year lifts the price outside by {mean:.1f} % while it is bought",
        "%", _building, _price, (*WORLD, "what is told"),
    ),
    Claim(
        "saving",
        "In an embargo of a year 180 days of stock save {mean:.0f} % of the value added that Japan would lose",
        "% of the loss without", _in_crisis, _saved, (*WORLD, "length of the embargo"),
    ),
    Claim(
        "others",
        "What all others lose then changes by {mean:+.1f} % where Japan holds it",
        "% of their loss without", _in_crisis, _elsewhere, (*WORLD, "length of the embargo"),
    ),
    Claim(
        "paying",
        "What it saves less what it costs is {mean:,.0f} million USD for Japan's government and firms together",
        "million USD", _in_crisis, _net, (*WORLD, "length of the embargo"),
    ),
    Claim(
        "trying",
        "An exporter who weighs its acts withholds from a Japan that holds 42 days for {mean:.1f} weeks of 27 months",
        "weeks", _tempted, _tempted_weeks, (*WORLD, "what the exporter wants", "how far it looks ahead"),
    ),
    Claim(
        "deterring",
        "180 days instead of 42 keep it from {mean:.1f} of these weeks",
        "weeks", _tempted, _kept_from, (*WORLD, "what the exporter wants", "how far it looks ahead", "what is told"),
    ),
)  # fmt: skip


def variations(claim: Claim, place: Episode, draws: int = DRAWS) -> Iterator[Variation]:
    """As shipped first, then all that bear on a claim."""
    yield Variation("as shipped", "as shipped")
    found: list[Variation] = [Variation("luck", f"seed {s}", seed=s) for s in (2, 3, 4)]
    found += [
        Variation("links and assumed numbers", f"draw {i}", (f"assumptions=drawn:{i}",)) for i in range(1, draws + 1)
    ]
    found += [Variation("parameters", f"draw {i}", behaviour=_drawn(i)) for i in range(1, draws + 1)]
    years = PARAMETERS["horizon_years"]
    found += [
        Variation("horizon of holders", f"{v:g} years", behaviour={"horizon_years": v}) for v in (years.low, years.high)
    ]
    firms = [f.firm for f in place.scenario().firms if f.country == HOLDER and f.trade_share == 0.0]
    found += [
        Variation("firms' own stock", f"{m:g} months", tuple(f"firms.{name}.stock_months={m}" for name in firms))
        for m in MONTHS
    ]
    found += [Variation("length of the embargo", f"{w} weeks", weeks=w) for w in LENGTHS]
    found += [
        Variation("what the exporter wants", f"{motive} {weight:g}", (f"doctrine.China.{motive}={weight}",))
        for motive, weight in (("retaliation", 0.0), ("retaliation", 3.0), ("political", 10.0), ("depletion", 1.0))
    ]
    found += [Variation("how far it looks ahead", f"{w} weeks", (f"doctrine.China.weeks={w}",)) for w in (26, 52, 156)]
    found += [
        Variation("what is told", told, (f"reserve.{HOLDER}.disclosed={told}",)) for told in ("target", "nothing")
    ]
    yield from (v for v in found if v.kind in claim.kinds)


def _drawn(number: int) -> dict[str, float]:
    """Fitted parameters, drawn from their priors."""
    luck = np.random.default_rng(number)
    found = {}
    for name in FITTED:
        p = PARAMETERS[name]
        found[name] = float(np.clip(p.prior * np.exp(p.spread * luck.normal()), p.low, p.high))
    return found


def answer(claim: Claim, variation: Variation, place: Episode, replications: int) -> Answer:
    """Measure a claim under one variation; NaN where a run fails or the variation is refused."""
    runs = {
        name: place.simulation(
            changes=(*changes, *variation.changes), behaviour=dict(variation.behaviour), seed=variation.seed
        ).run(replications)
        for name, changes in claim.cases(variation.weeks).items()
    }
    values = claim.measure(runs)
    low, high = np.quantile(values, [0.1, 0.9])
    return Answer(claim, variation, float(values.mean()), float(low), float(high))


def examine(
    chosen: Sequence[Claim] = CLAIMS, replications: int = 3, draws: int = DRAWS,
    tell: Callable[[str], None] | None = None,
) -> dict[str, list[Answer]]:  # fmt: skip
    """All answers by claim, the one as shipped first."""
    place, found = find(EPISODE), {}
    for claim in chosen:
        if tell is not None:
            tell(f"{claim.name} ...")
        found[claim.name] = [answer(claim, v, place, replications) for v in variations(claim, place, draws)]
    return found


def flips(answers: Sequence[Answer]) -> list[Answer]:
    """Those whose sign is not that of the first; a difference of nothing has none."""
    first = sign(answers[0].mean)
    return [a for a in answers[1:] if sign(a.mean) != first]


def sign(value: float) -> int:
    """-1, 0 for a difference of nothing, or 1."""
    return 0 if abs(value) <= NOTHING else int(np.sign(value))


def in_words(answers: Sequence[Answer]) -> str:
    """The claim in one sentence, with what turns its sign and the range of all others."""
    turned = flips(answers)
    values = [a.mean for a in answers]
    told = answers[0].claim.sentence.format(mean=answers[0].mean)
    told += f" (over all that was varied {min(values):,.1f} to {max(values):,.1f})"
    if not turned:
        return f"{told}; nothing that was varied turns the sign."
    kinds: dict[str, list[str]] = {}
    for a in turned:
        kinds.setdefault(a.variation.kind, []).append(f"{a.variation.name}: {a.mean:,.1f}")
    return f"{told}; the sign is another for " + "; ".join(f"{k} ({', '.join(v)})" for k, v in kinds.items()) + "."
