"""When a source is late, without Odoo."""
