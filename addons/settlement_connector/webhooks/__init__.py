"""What webhooks need and what is no business of Odoo."""
