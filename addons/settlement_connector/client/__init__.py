"""Outgoing HTTP for every connector: pure Python, no Odoo."""
