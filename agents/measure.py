"""A measure: what a state orders in its official unit, and what a doctrine may order at all."""

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache


@dataclass(frozen=True)
class Measure:
    """One act: an `instrument` with a `value` in its official `unit`, against `targets`, until a day or for good.

    kind: which act of the instrument it is. materials, forms: what it is for; empty for all that it covers.
    """

    id: str
    instrument: str
    actor: str
    targets: tuple[str, ...]
    value: float | None
    unit: str
    start: date
    end: date | None
    reason: str
    lifted: bool = False
    kind: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()


# What a doctrine may order, and the largest value of each.
LIMITS = {
    "export_tax": 100.0, "export_quota": float("inf"), "inspection": 100.0, "embargo": None, "licence_refusal": 100.0,
    "concession": None,
}  # fmt: skip


@lru_cache(10_000)
def lifting(measure: Measure) -> Measure:
    """The act that ends a measure."""
    return replace(measure, lifted=True)


def beyond_limits(measure: Measure, country: str) -> str:
    """What is wrong with a measure that a doctrine of `country` orders; empty when it is within its instruments."""
    if measure.actor != country:
        return f"{measure.id}: ordered by {measure.actor}, not by {country}"
    if measure.instrument not in LIMITS:
        return f"{measure.id}: {measure.instrument} is not an instrument of a doctrine"
    if country in measure.targets:
        return f"{measure.id}: {country} acts against itself"
    highest = LIMITS[measure.instrument]
    if highest is not None and not measure.lifted and not 0.0 <= (measure.value or 0.0) <= highest:
        return f"{measure.id}: {measure.value} {measure.unit} lies outside 0 to {highest}"
    return "" if measure.reason else f"{measure.id}: gives no reason"
