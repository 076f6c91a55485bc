"""Payments: every one has a payer and a payee, so that accounts sum to zero."""


def pay(cash, payer, payee, amount):
    """Move `amount` thousand USD from payer to payee."""
    cash[payer] -= amount
    cash[payee] += amount
