"""A seeded world of companies, customers, providers and banks. No Odoo here.

:func:`build` returns what Odoo, the providers and the banks know, and apart from it the
truth, with which a reconciliation can be compared.
"""

from .build import DEFAULT_START, BankAccount, CompanyWorld, World, build

__all__ = ["DEFAULT_START", "BankAccount", "CompanyWorld", "World", "build"]
