"""The acts that doctrines choose among, with their official units."""

from typing import Any

from chokepoint.agents.measure import Measure
from chokepoint.agents.observation import Observation


def _act(observation: Observation, instrument: str, reason: str, **cells: Any) -> Measure:
    given = {"targets": ("all",), "value": None, "unit": "none", **cells}
    name = f"{instrument}.{observation.country}.{observation.day}"
    return Measure(
        id=name, instrument=instrument, actor=observation.country, start=observation.day, end=observation.until,
        reason=reason, **given,
    )  # fmt: skip


def embargo(observation: Observation, target: str, reason: str) -> Measure:
    """No exports of the covered forms to `target`."""
    return _act(observation, "embargo", reason, targets=(target,))


def quota(observation: Observation, tonnes: float, reason: str) -> Measure:
    """Licences for so many gross tonnes, to be used until the next decision."""
    return _act(observation, "export_quota", reason, value=tonnes, unit="t gross")


def tax(observation: Observation, materials: tuple[str, ...], percent: float, reason: str) -> Measure:
    """An export tax of so many per cent on these materials."""
    return _act(observation, "export_tax", reason, materials=materials, value=percent, unit="%")


def inspection(observation: Observation, target: str, percent: float, reason: str) -> Measure:
    """So many per cent of cargos for `target` are opened."""
    return _act(observation, "inspection", reason, targets=(target,), value=percent, unit="%")


def refusal(observation: Observation, target: str, percent: float, reason: str) -> Measure:
    """So many per cent of the licences for `target` are refused."""
    return _act(observation, "licence_refusal", reason, targets=(target,), value=percent, unit="%")


def concession(observation: Observation, target: str, reason: str) -> Measure:
    """Give `target` what it asks for; it frees its exports in return."""
    return _act(observation, "concession", reason, targets=(target,))
