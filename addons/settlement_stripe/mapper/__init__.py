"""Meaning of what Stripe says: its JSON becomes canonical facts. No Odoo here."""

from .items import parse_item

__all__ = ["parse_item"]
