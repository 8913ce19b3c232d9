"""A desk full of exceptions whose right answers are known. No Odoo here.

:func:`build_desk` returns what Odoo, a provider and a bank know, and apart from it the
truth: what each exception is really about, and what the books show once it is done.
"""

from .plan import EXCEPTIONS, REASONS, Desk, build_desk

__all__ = ["EXCEPTIONS", "REASONS", "Desk", "build_desk"]
