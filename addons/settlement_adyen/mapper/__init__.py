"""What Adyen's rows and notifications mean. No Odoo."""
