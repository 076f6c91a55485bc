"""Yielding: give in to a state that withholds supply when holding out is expected to cost more than giving in.

What holding out costs is the difference of two roll-outs on the government's own beliefs, its own reserve at work in
both: the restriction lasts, or it is lifted. It counts value added lost at home less what all at home earn, stocks
included, so that what a reserve hands to firms is no gain and what it gives up no saving.
"""

from pydantic import Field

from chokepoint.agents import acts, settings
from chokepoint.agents.decision import Decision
from chokepoint.agents.deliberation import Deliberate
from chokepoint.agents.measure import Measure
from chokepoint.agents.observation import Observation


class Settings(settings.Settings):
    """cost_musd: what giving in costs the government, million USD (assumption). weeks: horizon of the roll-outs."""

    cost_musd: float = Field(500.0, ge=0.0, le=1e6)
    weeks: int = Field(52, ge=4, le=520)


class Doctrine(Deliberate[Settings]):
    def decide(self, observation: Observation) -> list[Measure]:
        s, me = self.settings, observation.country
        pressing = [k for k in observation.others if observation.refused[k] > 0.0]
        if not pressing:
            reason = "nobody withholds anything"
            self.decisions.append(Decision(observation.day, "pressure", {}, {"hold out": 0.0}, "hold out", reason))
            return []
        k = max(pressing, key=lambda name: observation.refused[name])
        gives = acts.concession(observation, k, "holding out costs more")
        held_out, given_in = (observation.outlook(taken, s.weeks) for taken in ((), (gives,)))
        lost = held_out.lost_value.get(me, 0.0) - given_in.lost_value.get(me, 0.0)
        loss = (lost + given_in.income - held_out.income) / 1000.0
        choice = "give in" if loss > s.cost_musd else "hold out"
        reason = f"holding out is expected to cost {loss:,.0f} million USD, giving in {s.cost_musd:,.0f}"
        known = {f"refused by {k}": observation.refused[k]}
        options = {"hold out": -loss, "give in": -s.cost_musd}
        self.decisions.append(Decision(observation.day, "pressure", known, options, choice, reason))
        return [gives] if choice == "give in" else []
