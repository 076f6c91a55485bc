"""Accounts: where money is booked, one account for everybody who pays or is paid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chokepoint.sim.network.firms import Firms
from chokepoint.sim.network.names import Names

COMMON = ("lenders", "rest of the world", "spot clearing")


@dataclass(frozen=True)
class Accounts:
    """Accounts of firms and reserves, refiners, mines, states, and three that all share, in this order."""

    names: list[str]
    firms: np.ndarray
    refiners: np.ndarray
    mines: np.ndarray
    countries: np.ndarray
    common: np.ndarray  # those of `COMMON`

    def arrays(self) -> dict[str, np.ndarray]:
        """What the bundle N says of accounts."""
        return {
            "f_account": self.firms,
            "r_account": self.refiners,
            "k_account": self.mines,
            "c_account": self.countries,
            "lender_account": self.common[:1],
            "row_account": self.common[1:],
        }


def accounts_of(names: Names, firms: Firms) -> Accounts:
    """An account for each firm, reserve, refiner, mine and state, and the common ones."""
    groups = (firms.names, names.refiners, names.mines, names.countries, COMMON)
    ends = np.cumsum([len(group) for group in groups])
    rows = [np.arange(end - len(group), end) for group, end in zip(groups, ends, strict=True)]
    return Accounts([name for group in groups for name in group], *rows)
