"""How to talk to Stripe: protocol only, no meaning and no Odoo."""
