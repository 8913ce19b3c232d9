"""How to talk to Adyen: protocol only, no meaning and no Odoo."""
