"""Numbers that a user sets: read whole, unknown keys and what is not finite refused, and not changed afterwards."""

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """A table of settings; each field has its range, and the docstring its meaning and unit."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
