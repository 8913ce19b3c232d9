"""Meaning of what PayPal says: rows of files and of the API become facts. No Odoo."""
