from odoo import fields


class ImpliedMany2one(fields.Many2one):
    """Many2one whose foreign key is implied by another column of the row.

    A row's company and currency are those of its wallet, which has a foreign key
    of its own. Checking each of them again costs more than writing the row, and
    these tables take millions. ``verify`` proves that they agree.
    """

    def update_db_foreign_key(self, model, column):
        """Add no foreign key of its own."""
