"""Report files of Adyen as streams of facts. No Odoo."""
