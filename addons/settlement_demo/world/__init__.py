"""A seeded world of companies, customers, Stripe and banks. No Odoo here.

:func:`build` returns what Odoo, Stripe and the banks know, and apart from it the
truth, with which a reconciliation can be compared.
"""

from .build import DEFAULT_START, BankAccount, CompanyWorld, World, build

__all__ = ["DEFAULT_START", "BankAccount", "CompanyWorld", "World", "build"]
