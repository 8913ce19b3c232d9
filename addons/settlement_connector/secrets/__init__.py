"""Encryption of credentials: pure Python, no Odoo, no database."""
