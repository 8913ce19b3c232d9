"""Laws between the statements of one account. No Odoo here."""
