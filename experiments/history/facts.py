"""What history says of an episode, fact by fact, and whether a run says the same.

`facts.toml` of an episode lists the facts: a statistic with its arguments, what was observed, the band that
passes and the band that is strong. `A8.La` is a part of `A8`; the whole passes in a replication only if all
its parts do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from chokepoint.experiments.history.intervals import share_interval
from chokepoint.experiments.history.mechanisms import Design, design_of
from chokepoint.experiments.history.observed import AGAINST_HISTORY, History, evidence_of, history_of, read_toml
from chokepoint.experiments.history.run_statistics import ACROSS, SPANS, STATISTICS, spans
from chokepoint.experiments.history.training import Training, training_of
from chokepoint.sim.results.run import Run
from chokepoint.sim.scenario.problems import BadInput, nearest

KEYS = (
    "id", "group", "title", "statistic", "with", "observed", "unit", "pass", "strong", "needs", "needs_strong",
    "variant", "note", "unanswered", "observation", "implied",
)  # fmt: skip
SECTIONS = ("fact", "group", "variant", "baselines", "ablation", "evidence", "hypothesis")
HOLDOUT = "holdout"  # statistic of a fact that is read from `holdout.csv`: one number per start of a search
NAN = float("nan")
NOT_ANSWERED = "not answered"
PASS, STRONG = 0.7, 0.8  # share of replications in the band


@dataclass(frozen=True)
class Fact:
    """One thing history says: a statistic with its arguments, the observed value and the bands in its unit.

    needs, needs_strong: shares of replications that must lie in the pass and in the strong band; variant: the name of
    the changes under which the statistic is read (none: the episode as it was); unanswered: why the model has no
    answer to it. observation: what other facts rest on, too; implied: why it could hardly fail (see `counts.py`).
    """

    id: str
    group: str
    title: str
    statistic: str
    arguments: dict[str, Any]
    observed: float | None
    unit: str
    band: tuple[float, float] | None
    strong: tuple[float, float] | None
    needs: float = PASS
    needs_strong: float = STRONG
    variant: str = ""
    note: str = ""
    unanswered: str = ""
    observation: str = ""
    implied: str = ""

    @property
    def whole(self) -> str:
        """The fact that this one is a part of (itself when it has no parts)."""
        return self.id.split(".")[0]


@dataclass(frozen=True)
class Facts:
    """The facts of an episode, the variants they are read under, its scored observations, what baselines are told, what
    an ablation takes out, and observations that hypotheses are weighed by (see `experiments/inference/weighing.py`)."""

    facts: tuple[Fact, ...] = ()
    variants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    history: History | None = None
    training: Training | None = None
    ablation: Design | None = None
    evidence: History | None = None

    @property
    def trained(self) -> date | None:
        """Last day of training, where the episode names one."""
        return None if self.training is None else self.training.last

    def value(self, fact: Fact, run: Run) -> np.ndarray:
        """The statistic of a fact in a run: one number per replication."""
        given = spans(fact.arguments)
        if fact.statistic in AGAINST_HISTORY:
            assert self.history is not None
            return AGAINST_HISTORY[fact.statistic](run, self.history, **given)
        return STATISTICS[fact.statistic](run, **given)

    def within(self, fact: Fact, run: Run) -> bool:
        """Whether a fact can be read in a run: all its days lie within it, it is not one of a search, and the model has
        an answer."""
        if fact.statistic == HOLDOUT or fact.unanswered:
            return False
        given = spans(fact.arguments)
        dated = [given[k] for k in SPANS if k in given]
        return not any(run.step_of(last) > run.steps or run.step_of(first) < -1 for first, last in dated)

    @cached_property
    def wholes(self) -> dict[str, list[Fact]]:
        """Facts with more than one part: id -> parts."""
        found: dict[str, list[Fact]] = {}
        for fact in self.facts:
            found.setdefault(fact.whole, []).append(fact)
        return {name: parts for name, parts in found.items() if len(parts) > 1}


@dataclass(frozen=True)
class Finding:
    """What replications say of a fact: median and 10-90 % range, shares of them in the bands, a verdict.

    A whole has no value of its own; its shares are those of replications in which all parts hold. What the model has no
    answer to has neither.
    """

    fact: Fact
    value: float
    low: float
    high: float
    pass_share: float | None
    strong_share: float | None
    number: int = 0  # of replications

    @property
    def pass_interval(self) -> tuple[float, float] | None:
        """The interval (80 %) of the share in the pass band."""
        if self.pass_share is None or not self.number:
            return None
        return share_interval(self.pass_share * self.number, self.number)

    @property
    def unsure(self) -> bool:
        """Whether that interval, or that of the share in the strong band, spans the share that is needed: more
        replications might turn the verdict."""
        asked = [(self.pass_share, self.fact.needs), (self.strong_share, self.fact.needs_strong)]
        ends = [(share_interval(s * self.number, self.number), n) for s, n in asked if s is not None and self.number]
        return any(low < needed < high for (low, high), needed in ends)

    @property
    def verdict(self) -> str:
        """`strong`, `pass`, `fail`, `not answered`, or nothing for a fact that is shown and not scored."""
        if self.fact.unanswered:
            return NOT_ANSWERED
        if self.pass_share is None:
            return ""
        if self.strong_share is not None and self.strong_share >= self.fact.needs_strong:
            return "strong"
        return "pass" if self.pass_share >= self.fact.needs else "fail"

    @property
    def passes(self) -> bool | None:
        return None if self.pass_share is None else self.verdict != "fail"


def read_facts(folder: Path) -> Facts:
    """The facts of an episode, from `facts.toml`; `BadInput` lists what is wrong with the file."""
    path = folder / "facts.toml"
    if not path.is_file():
        return Facts()
    raw = read_toml(path)
    known = {**STATISTICS, **AGAINST_HISTORY, HOLDOUT: None}
    problems = [f"facts.toml: unknown section {k!r} ({nearest(k, SECTIONS)})" for k in raw if k not in SECTIONS]
    variants = {name: tuple(v["changes"]) for name, v in raw.get("variant", {}).items()}
    history = history_of(folder, raw)
    found = []
    for entry in raw.get("fact", []):
        name = entry.get("id", "?")
        problems += [f"facts.toml, {name}: unknown key {k!r} ({nearest(k, KEYS)})" for k in entry if k not in KEYS]
        problems += [f"facts.toml, {name}: {k} is missing" for k in ("id", "title", "statistic") if k not in entry]
        if entry.get("statistic") not in known:
            problems.append(f"facts.toml, {name}: unknown statistic ({nearest(str(entry.get('statistic')), known)})")
            continue
        if entry.get("variant", "") not in ("", *variants):
            problems.append(f"facts.toml, {name}: unknown variant ({nearest(entry['variant'], variants)})")
        bands = [(float(b[0]), float(b[1])) if (b := entry.get(k)) else None for k in ("pass", "strong")]
        if bands[1] and not bands[0]:
            problems.append(f"facts.toml, {name}: a strong band without one that passes")
        if entry["statistic"] in AGAINST_HISTORY and history is None:
            problems.append(f"facts.toml, {name}: {entry['statistic']} needs scored rows of observed.csv")
        found.append(
            Fact(
                name, entry.get("group", ""), entry.get("title", ""), entry["statistic"], entry.get("with", {}),
                entry.get("observed"), entry.get("unit", ""), bands[0], bands[1], entry.get("needs", PASS),
                entry.get("needs_strong", STRONG), entry.get("variant", ""), entry.get("note", ""),
                entry.get("unanswered", ""), entry.get("observation", ""), entry.get("implied", ""),
            )
        )  # fmt: skip
    training = training_of(raw, problems)
    design = design_of(raw, {f.id: f.observed for f in found}, problems)
    if problems:
        raise BadInput(problems, "facts")
    return Facts(tuple(found), variants, history, training, design, evidence_of(folder, raw))


def finding(fact: Fact, values: np.ndarray) -> Finding:
    """What the values of replications say of a fact."""
    low, high = np.quantile(values, [0.1, 0.9])
    passing, strong = (
        None if band is None else float(np.mean((values >= band[0]) & (values <= band[1])))
        for band in (fact.band, fact.strong)
    )
    return Finding(fact, float(np.median(values)), float(low), float(high), passing, strong, len(values))


def findings_of(facts: Facts, values: Mapping[str, np.ndarray]) -> list[Finding]:
    """Findings for every fact with values (one number per replication), each whole after its parts."""
    found = []
    for fact in facts.facts:
        if fact.unanswered:
            found.append(Finding(fact, NAN, NAN, NAN, None, None))
        elif fact.id in values:
            found.append(finding(fact, values[fact.id]))
        parts = facts.wholes.get(fact.whole, [])
        scored = [p for p in parts if p.band is not None]
        if scored and fact is parts[-1] and all(p.id in values or p.unanswered for p in scored):
            found.append(_whole(fact.whole, scored, values))
    return found


def _whole(name: str, parts: Sequence[Fact], values: Mapping[str, np.ndarray]) -> Finding:
    def share(which: str) -> float | None:
        bands = [getattr(p, which) for p in parts]
        if any(b is None for b in bands):
            return None
        held = [(values[p.id] >= b[0]) & (values[p.id] <= b[1]) for p, b in zip(parts, bands, strict=True)]
        return float(np.mean(np.all(held, axis=0)))

    title = f"all parts of {name}"
    open_parts = [p.id for p in parts if p.unanswered]
    why = f"{', '.join(open_parts)} not answered" if open_parts else ""
    fact = Fact(
        name, parts[0].group, title, "", {}, None, "", (0.0, 1.0), None, parts[0].needs, parts[0].needs_strong,
        unanswered=why,
    )  # fmt: skip
    if why:
        return Finding(fact, NAN, NAN, NAN, None, None)
    return Finding(fact, NAN, NAN, NAN, share("band"), share("strong"), len(values[parts[0].id]))


def hold_against(run: Run, facts: Facts) -> list[Finding]:
    """What a run says of every fact that it has an answer to: its days lie within it, and it asks for no variant."""
    values = {}
    for fact in facts.facts:
        if not fact.variant and facts.within(fact, run):
            found = facts.value(fact, run)
            values[fact.id] = ACROSS[fact.statistic](found) if fact.statistic in ACROSS else found
    return [found for found in findings_of(facts, values) if not found.fact.unanswered]
