"""Keeping payloads: hashed, masked and streamed, without Odoo."""
