"""Everything of a simulation that needs no Odoo: stand-ins, files, deliveries."""
