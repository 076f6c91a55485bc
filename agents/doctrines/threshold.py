"""Threshold: restrict exports when home is short or its price runs away, free them when it is not.

Source of the form: export policy that answers home cover and home prices, as in studies of food export bans.
"""

from pydantic import Field

from chokepoint.agents import acts, settings
from chokepoint.agents.decision import Decision
from chokepoint.agents.deliberation import Deliberate
from chokepoint.agents.measure import Measure
from chokepoint.agents.observation import Observation


class Settings(settings.Settings):
    """cover: stocks at home over wanted ones below which it restricts. dear: price at home over the habitual one above
    which it does. share: the quota as a share of last year's exports, for half a year half of it. Assumptions."""

    cover: float = Field(0.8, ge=0.0, le=2.0)
    dear: float = Field(1.5, gt=0.0, le=20.0)
    share: float = Field(0.6, ge=0.0, le=1.0)


class Doctrine(Deliberate[Settings]):
    def decide(self, observation: Observation) -> list[Measure]:
        s = self.settings
        cover = min(observation.cover_inside.values())
        dear = max(p / observation.habitual_inside[m] for m, p in observation.prices_inside.items())
        restricts = cover < s.cover or dear > s.dear
        reason = f"home cover {cover:.2f}, home price {dear:.2f} times the habitual one"
        tonnes = 0.5 * s.share * observation.free_exports_t
        self.decisions.append(
            Decision(
                observation.day, "exports", {"cover": cover, "dear": dear},
                {"free": 0.0, "quota": tonnes}, "quota" if restricts else "free", reason,
            )
        )  # fmt: skip
        return [acts.quota(observation, tonnes, reason)] if restricts else []
