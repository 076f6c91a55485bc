"""Contagion: the more others restrict and the dearer the world, the likelier a state restricts too.

logit Pr(restrict) = base + price * ln(price / habitual)+ + coverage * share restricted abroad. Source of the form:
Giordani, Rocha and Ruta (export restrictions during food crises answer each other); the numbers are assumptions.
"""

from math import exp, log

from pydantic import Field

from chokepoint.agents import acts, settings
from chokepoint.agents.decision import Decision
from chokepoint.agents.deliberation import Deliberate
from chokepoint.agents.measure import Measure
from chokepoint.agents.observation import Observation


class Settings(settings.Settings):
    """base, price, coverage: terms of the logit; share: the quota as a share of last year's free exports."""

    base: float = Field(-4.0, ge=-20.0, le=20.0)
    price: float = Field(3.0, ge=0.0, le=50.0)
    coverage: float = Field(6.0, ge=0.0, le=50.0)
    share: float = Field(0.5, ge=0.0, le=1.0)


def chance(dear: float, restricted: float, base: float, price: float, coverage: float) -> float:
    """Probability of a restriction; `dear` is price over the habitual one, `restricted` a share of world trade."""
    return 1.0 / (1.0 + exp(-(base + price * max(0.0, log(dear)) + coverage * restricted)))


class Doctrine(Deliberate[Settings]):
    def decide(self, observation: Observation) -> list[Measure]:
        s = self.settings
        dear = max(p / observation.habitual_inside[m] for m, p in observation.prices_inside.items())
        share = observation.restricted_abroad
        likely = chance(dear, share, s.base, s.price, s.coverage)
        restricts = observation.luck < likely
        reason = f"{100 * share:.0f} % of trade restricted by others, price {dear:.2f} times the habitual one"
        tonnes = 0.5 * s.share * observation.free_exports_t
        self.decisions.append(
            Decision(
                observation.day, "exports", {"dear": dear, "restricted_abroad": share, "luck": observation.luck},
                {"free": 1.0 - likely, "quota": likely}, "quota" if restricts else "free", reason,
            )
        )  # fmt: skip
        return [acts.quota(observation, tonnes, reason)] if restricts else []
