"""Learning: repeat what has paid. Attractions of acts follow what they brought, over many years.

Experience-weighted attraction (Camerer and Ho 1999) without forgone payoffs: A_j <- (phi N A_j + payoff_j) / N' for the
act that was taken, N' = phi N + 1; the next act is drawn by a logit over attractions. The payoff is what the state's
territory earned in the period, and the harm done to others beyond what they usually bear, weighted by tension; both
against the mean of all periods.
"""

from math import exp

from pydantic import Field

from chokepoint.agents import acts, settings
from chokepoint.agents.decision import Decision
from chokepoint.agents.deliberation import Deliberate
from chokepoint.agents.measure import Measure
from chokepoint.agents.observation import Observation


class Settings(settings.Settings):
    """memory: phi, share of old experience that is kept a period. sharpness: of the logit, per standard payoff.
    rent, political: weights of income and of harm times tension. quota_share: of the last free exports. Assumptions."""

    memory: float = Field(0.9, ge=0.0, le=1.0)
    sharpness: float = Field(2.0, ge=0.0, le=100.0)
    rent: float = Field(1.0, ge=0.0, le=100.0)
    political: float = Field(1.0, ge=0.0, le=100.0)
    quota_share: float = Field(0.6, gt=0.0, lt=1.0)


def attraction(before: float, weight: float, memory: float, payoff: float) -> float:
    """(memory * weight * before + payoff) / (memory * weight + 1)."""
    return (memory * weight * before + payoff) / (memory * weight + 1.0)


class Doctrine(Deliberate[Settings]):
    def __init__(self, settings: Settings, measures: list[Measure]):
        super().__init__(settings, measures)
        self.attractions: dict[str, float] = {}
        self.weights: dict[str, float] = {}
        self.worth: list[float] = []
        self.usual: dict[str, float] = {}  # mean harm of a period, by country

    def _learn(self, observation: Observation) -> None:
        """Book what the last act brought."""
        s = self.settings
        harm = 0.0
        for k in observation.others:
            usual = self.usual.setdefault(k, observation.harm[k])
            harm += observation.tension[k] * (observation.harm[k] - usual)
            self.usual[k] = usual + (observation.harm[k] - usual) / len(self.decisions)
        self.worth.append(s.rent * observation.income + s.political * harm)
        mean = sum(self.worth) / len(self.worth)
        spread = max(abs(x - mean) for x in self.worth)
        last = self.decisions[-1].choice
        payoff = (self.worth[-1] - mean) / spread if spread > 0.0 else 0.0
        weight = self.weights.get(last, 0.0)
        self.attractions[last] = attraction(self.attractions.get(last, 0.0), weight, s.memory, payoff)
        self.weights[last] = s.memory * weight + 1.0

    def decide(self, observation: Observation) -> list[Measure]:
        s = self.settings
        if self.decisions:
            self._learn(observation)
        target = max(observation.others, key=lambda k: (observation.tension[k], observation.dependence[k]))
        options: dict[str, list[Measure]] = {
            "nothing": [],
            "quota": [acts.quota(observation, 0.5 * s.quota_share * observation.free_exports_t, "experience")],
            "embargo": [acts.embargo(observation, target, "experience")],
        }
        scores = {name: exp(s.sharpness * self.attractions.get(name, 0.0)) for name in options}
        left, choice = observation.luck * sum(scores.values()), "nothing"
        for name, score in scores.items():
            choice = name
            left -= score
            if left <= 0.0:
                break
        chances = {name: score / sum(scores.values()) for name, score in scores.items()}
        reason = f"chosen with a chance of {100 * chances[choice]:.0f} % on {len(self.decisions)} periods of experience"
        known = {"tension": observation.tension[target], "income_kusd": observation.income, "luck": observation.luck}
        self.decisions.append(Decision(observation.day, "exports", known, chances, choice, reason))
        return options[choice]
