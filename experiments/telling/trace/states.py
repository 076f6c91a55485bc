"""What a state decides: dated acts of history, choices of its doctrine, orders of its reserves, what a court makes it
do."""

from datetime import timedelta

from chokepoint.agents.decision import Decision
from chokepoint.agents.exporting_state import State
from chokepoint.agents.measure import Measure
from chokepoint.experiments.telling.trace.entry import Entry, number
from chokepoint.experiments.telling.trace.watch import Rules, Watch
from chokepoint.sim.politics.governed import GovernedWorld


def in_words(measure: Measure) -> str:
    """A measure as one line: instrument and kind, value with its unit, materials, targets, dates."""
    value = "" if measure.value is None else f" {number(measure.value)} {measure.unit}".rstrip()
    what = " ".join(filter(None, (", ".join(names) for names in (measure.materials, measure.forms))))
    kind = "".join(f" {word}" for word in measure.kind)
    parts = [f"{measure.instrument}{kind}{value}", f"on {what}" if what else "", f"for {', '.join(measure.targets)}"]
    if not measure.lifted:
        parts.append(f"from {measure.start}" + (f" to {measure.end}" if measure.end else ""))
    return ("end of " if measure.lifted else "") + " ".join(filter(None, parts))


class StateWatch(Watch):
    """An exporting state or an importing government, with its reserves."""

    weekly = False

    def __init__(self, world: GovernedWorld, rules: Rules, state: str, material: str | None = None):
        super().__init__(world, rules, state, material)
        self.state: State = world.politics.state(state)
        self.material = material
        self.history = {e.id for e in world.layout.scenario.events if e.actor == state and e.admitted == "yes"}
        self.sources = {e.id: e.source for e in world.layout.scenario.events}
        self.offices = [p.office for p in world.politics.programmes if p.office.country == state]
        self.read = {"acts": 0, "doctrine": 0, **{office.name: 0 for office in self.offices}}

    def _new(self, key: str, taken: list) -> list:  # type: ignore[type-arg]
        first, self.read[key] = self.read[key], len(taken)
        return taken[first:]

    def decided(self, shown: bool) -> None:
        acts: list[Measure] = self._new("acts", self.state.decisions)
        doctrine = self.state.doctrine
        choices: list[Decision] = self._new("doctrine", doctrine.decisions if doctrine else [])
        orders = [(office.name, self._new(office.name, office.decisions)) for office in self.offices]
        if not shown:
            return
        cases = {case.id for case in self.world.politics.court.cases}
        own = [m for m in acts if m.id not in self.history | cases]
        for m in acts:
            if m not in own or not choices:
                self._act(m)
        for d in choices:
            carried = "; ".join(in_words(m) + self._barred(m) for m in own)
            choice = f"{d.choice} ({carried})" if carried else d.choice
            self.entries.append(Entry(d.day, self.name, d.about, dict(d.observed), dict(d.options), choice, d.reason))
        for name, decisions in orders:
            for d in decisions:
                if self.material in (None, d.about):
                    self.entries.append(
                        Entry(d.day, self.name, f"reserve {name}: {d.about}", dict(d.observed), dict(d.options),
                              d.choice, d.reason)
                    )  # fmt: skip

    def _barred(self, measure: Measure) -> str:
        forbidden = self.world.politics.court.bars(self.world.step, measure)
        return ", which a ruling forbids: not carried out" if forbidden else ""

    def _act(self, measure: Measure) -> None:
        if self.material is not None and measure.materials and self.material not in measure.materials:
            return
        reason, barred, day = measure.reason, "", measure.start
        if measure.id in self.history:
            source = self.sources.get(measure.id, "")
            reason = (
                "history"
                + (f": {measure.reason}" if measure.reason else "")
                + (f" (source: {source})" if source else "")
            )
            barred = self._barred(measure)
        if measure.lifted and measure.end is not None:
            reason, day = f"history: its last day was {measure.end}", measure.end + timedelta(days=1)
        options = (
            {f"{measure.instrument}, {measure.unit}": measure.value}
            if measure.value is not None and not measure.lifted
            else {}
        )
        self.entries.append(Entry(day, self.name, measure.id, {}, options, in_words(measure) + barred, reason))
