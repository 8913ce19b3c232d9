"""How to talk to PayPal: protocol only, no meaning and no Odoo."""
