"""Leverage: weigh what each act is expected to bring, from a roll-out on the state's own beliefs.

payoff = rent * d income + depletion * d ore kept
       + political * sum_k tension_k * d value added lost_k + dearness * sum_k tension_k * d paid_k
       - future * d output of entrants - retaliation * d exports withheld

with d the difference to doing nothing. Harm is never a formula in the target's stock: it is what the roll-out shows,
and the roll-out knows of a reserve what the state believes of it. Lost production and a dearer bill are motives apart:
a reserve keeps plants running and costs the buyer its refilling. Exports withheld count in the weeks in which they are,
whatever is made up later: others answer the act. Source of the motives: states restrict rare earths for more than
rent (ZEW 15-025), which raises entry (Pothen), and in answer to conflict (Kavakli and others); weights are assumptions.
"""

from collections.abc import Mapping

from pydantic import Field

from chokepoint.agents import acts, settings
from chokepoint.agents.decision import Decision
from chokepoint.agents.deliberation import Deliberate
from chokepoint.agents.measure import Measure
from chokepoint.agents.observation import Observation, Outlook

MOTIVES = ("rent", "depletion", "political", "dearness", "future", "retaliation")


class Settings(settings.Settings):
    """Weights, USD of payoff per USD (future: per USD a year of entrants' output).

    weeks: horizon of the roll-out. tension_from: least tension at which an embargo is thought of. quota_share: of the
    last free year's exports; tax: per cent; both are options to all, as inspection of all cargos is to a country."""

    rent: float = Field(1.0, ge=0.0, le=100.0)
    depletion: float = Field(0.0, ge=0.0, le=100.0)
    political: float = Field(1.0, ge=0.0, le=100.0)
    dearness: float = Field(1.0, ge=0.0, le=100.0)
    future: float = Field(1.0, ge=0.0, le=100.0)
    retaliation: float = Field(1.0, ge=0.0, le=100.0)
    weeks: int = Field(78, ge=4, le=520)
    tension_from: float = Field(0.05, ge=0.0, le=1.0)
    quota_share: float = Field(0.6, gt=0.0, lt=1.0)
    tax: float = Field(25.0, ge=0.0, le=100.0)
    instruments: tuple[str, ...] = ("embargo", "quota", "tax", "inspection")


def gains(act: Outlook, nothing: Outlook, tension: Mapping[str, float]) -> dict[str, float]:
    """What an act is expected to bring beyond doing nothing, by motive, thousand USD (costs are negative)."""
    return {
        "rent": act.income - nothing.income,
        "depletion": nothing.mined_value - act.mined_value,
        "political": sum(tension[k] * (act.lost_value[k] - nothing.lost_value[k]) for k in tension),
        "dearness": sum(tension[k] * (act.paid[k] - nothing.paid[k]) for k in tension),
        "future": nothing.entry_value - act.entry_value,
        "retaliation": -sum(max(0.0, n - a) for n, a in zip(nothing.exports, act.exports, strict=True)),
    }


def payoff(gained: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Weighted sum over the motives."""
    return sum(weights[motive] * gained[motive] for motive in MOTIVES)


class Doctrine(Deliberate[Settings]):
    def __init__(self, settings: Settings, measures: list[Measure]):
        super().__init__(settings, measures)
        self.expected: list[dict[str, dict[str, float]]] = []  # gains by option and motive, one entry a decision

    def options(self, observation: Observation) -> dict[str, list[Measure]]:
        """The acts that are weighed, by name."""
        s = self.settings
        found: dict[str, list[Measure]] = {}
        foes = [k for k in observation.others if observation.tension[k] >= s.tension_from]
        if "quota" in s.instruments:
            found["quota"] = [acts.quota(observation, 0.5 * s.quota_share * observation.free_exports_t, "leverage")]
        if "tax" in s.instruments:
            found["tax"] = [acts.tax(observation, tuple(observation.prices_inside), s.tax, "leverage")]
        for k in foes:
            if "inspection" in s.instruments:
                found[f"inspection of cargo for {k}"] = [acts.inspection(observation, k, 100.0, "leverage")]
            if "embargo" in s.instruments:
                found[f"embargo on {k}"] = [acts.embargo(observation, k, "leverage")]
        return found

    def decide(self, observation: Observation) -> list[Measure]:
        s = self.settings
        options = self.options(observation)
        nothing = observation.outlook((), s.weeks)
        expected = {
            name: gains(observation.outlook(measures, s.weeks), nothing, observation.tension)
            for name, measures in options.items()
        }
        payoffs = {"nothing": 0.0} | {name: payoff(g, s.model_dump()) for name, g in expected.items()}
        choice = max(payoffs, key=lambda name: payoffs[name])
        self.expected.append(expected)
        why = ", ".join(f"{motive} {value:+,.0f}" for motive, value in expected.get(choice, {}).items())
        reason = f"{choice} is worth most ({payoffs[choice]:,.0f} thousand USD{': ' + why if why else ''})"
        known = {f"tension with {k}": v for k, v in observation.tension.items() if v > 0.0}
        known |= {f"reserve of {k}, days": v for k, v in observation.reserve_days.items() if v > 0.0}
        self.decisions.append(Decision(observation.day, "exports", known, payoffs, choice, reason))
        return options.get(choice, [])
