"""Payments: every one has a payer and a payee, so that accounts sum to zero."""

import numpy as np


def pay(cash: np.ndarray, payer: int, payee: int, amount: float) -> None:
    """Move `amount` thousand USD from payer to payee."""
    cash[payer] -= amount
    cash[payee] += amount
