"""What every connector has to keep, as far as it can be said without Odoo."""
