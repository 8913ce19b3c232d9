"""Report files of PayPal as streams of facts. No Odoo."""
