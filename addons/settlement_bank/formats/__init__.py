"""Readers of bank file formats: bytes in, canonical facts out. No Odoo here."""
