"""Bargaining: refuse licences to a country with which relations are tense until it gives in, then free them.

Permits linked to talks, as in the trade dispute of 2019; whether the target gives in is its own decision.
"""

from pydantic import Field

from chokepoint.agents import acts, settings
from chokepoint.agents.decision import Decision
from chokepoint.agents.deliberation import Deliberate
from chokepoint.agents.measure import Measure
from chokepoint.agents.observation import Observation


class Settings(settings.Settings):
    """refused: per cent of licences refused. tension_from: least tension at which it bargains. Assumptions."""

    refused: float = Field(80.0, gt=0.0, le=100.0)
    tension_from: float = Field(0.1, ge=0.0, le=1.0)


class Doctrine(Deliberate[Settings]):
    def decide(self, observation: Observation) -> list[Measure]:
        s = self.settings
        tense = [k for k in observation.others if observation.tension[k] >= s.tension_from]
        pressed = [k for k in tense if not observation.conceded[k]]
        given = [k for k in tense if observation.conceded[k]]
        choice = "refuse licences" if pressed else "free licences"
        reason = f"{', '.join(pressed)} has not given in" if pressed else "nobody is pressed"
        if given:
            reason += f"; {', '.join(given)} gave in"
        known = {f"tension with {k}": observation.tension[k] for k in tense}
        options = {"refuse licences": float(len(pressed)), "free licences": 0.0}
        self.decisions.append(Decision(observation.day, "exports", known, options, choice, reason))
        return [acts.refusal(observation, k, s.refused, f"until {k} gives in") for k in pressed]
