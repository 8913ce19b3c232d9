"""Arithmetic of the audit chain: no database, no Odoo."""
