"""What a scenario chooses of the structure of its world: section `[choices]` of `scenario.toml`."""

from typing import Annotated, Literal

from pydantic import Field

from chokepoint.agents.settings import Settings


class Choices(Settings):
    """Choices of a scenario that are structure, not behaviour.

    `links_per_buyer`: rounds in which flows are laid. `freight_usd_per_kg`: from an exporting state to the world.
    `quota_forms`, `embargo_forms`: forms of product that these cover. `normal_inspection`: share of cargo opened as a
    rule. `balance`: whether use is scaled to supply. `step_days`: length of a step, for tests.
    `incidents_per_year`: random incidents between each exporting state and each other country, of `incident_strength`;
    `tension_memory_years`: how long the tension they leave lasts.
    `loan_rate`, `loan_years`: interest a year on loans of states, and the years from opening in which they are repaid;
    a mine keeps its cost at capacity of `loan_cushion_years` in cash before it repays.
    `refinery_usd_per_kg`, `refinery_years`: outlay per kg a year of new refining capacity, and years to build it.
    `ruling_years`: least time from a complaint to a ruling; `compliance_years`: from there to the removal of what was
    complained of, with `compliance_probability`. From complaint to the last report of the case on rare earths 2.4
    years, to the end of the quota 2.8; all other defaults are assumptions.
    """

    links_per_buyer: Annotated[int, Field(ge=1, le=6)] = 2
    freight_usd_per_kg: Annotated[float, Field(ge=0)] = 0.0
    quota_forms: tuple[str, ...] = ()
    embargo_forms: tuple[str, ...] = ()
    normal_inspection: Annotated[float, Field(gt=0, le=1)] = 0.1
    balance: Literal["use", "none"] = "use"
    step_days: Annotated[float, Field(gt=0, le=31)] = 7.0
    incidents_per_year: Annotated[float, Field(ge=0, le=12)] = 0.0
    incident_strength: Annotated[float, Field(ge=0, le=1)] = 0.5
    tension_memory_years: Annotated[float, Field(gt=0, le=20)] = 1.0
    loan_rate: Annotated[float, Field(ge=0, le=0.2)] = 0.02
    loan_years: Annotated[float, Field(ge=1, le=40)] = 10.0
    loan_cushion_years: Annotated[float, Field(ge=0, le=5)] = 0.5
    refinery_usd_per_kg: Annotated[float, Field(gt=0, le=1000)] = 20.0
    refinery_years: Annotated[float, Field(gt=0, le=20)] = 3.0
    ruling_years: Annotated[float, Field(ge=0, le=20)] = 1.4
    compliance_years: Annotated[float, Field(ge=0, le=20)] = 0.4
    compliance_probability: Annotated[float, Field(ge=0, le=1)] = 1.0
