"""Customers, suppliers, invoices, credit notes and bills."""

from odoo.fields import Command

from odoo.addons.settlement.canonical import money

MOVE_TYPES = {
    "invoice": "out_invoice",
    "credit_note": "out_refund",
    "bill": "in_invoice",
}
# Documents created and posted at once.
CHUNK = 100
TEXTS = {"invoice": "Goods", "credit_note": "Goods taken back", "bill": "Services"}


class DocumentBuilder:
    """Creates the parties and documents of one company.

    :param env: environment of the superuser.
    :param company: res.company record.
    """

    def __init__(self, env, company):
        self.env = env(context={**env.context, "allowed_company_ids": company.ids})
        self.company = company.with_env(self.env)

    def build(self, company_world, checkpoint=None):
        """Create what is not there yet.

        :param checkpoint: commits after each chunk, or None.
        :return: dict of document key → account.move record.
        """
        partners = self._partners(company_world.parties)
        moves = self._known(company_world.documents)
        missing = [each for each in company_world.documents if each.key not in moves]
        # A credit note refers to its invoice, so it comes after it.
        missing.sort(key=lambda document: (bool(document.reverses), document.day))
        for start in range(0, len(missing), CHUNK):
            self._create(missing[start : start + CHUNK], partners, moves)
            if checkpoint:
                checkpoint()
        return moves

    # ------------------------------------------------------------------
    # Parties
    # ------------------------------------------------------------------

    def _partners(self, parties):
        """Return party key → res.partner id."""
        partners = self.env["res.partner"]
        known = partners.search(
            [("company_id", "=", self.company.id), ("ref", "!=", False)]
        )
        ids = {partner.ref: partner.id for partner in known}
        missing = [party for party in parties if party.key not in ids]
        created = partners.create([self._partner_values(party) for party in missing])
        return ids | {partner.ref: partner.id for partner in created}

    def _partner_values(self, party):
        account = {"acc_number": party.account, "company_id": self.company.id}
        rank = "supplier_rank" if party.is_supplier else "customer_rank"
        return {
            "name": party.name,
            "ref": party.key,
            "email": party.email,
            "country_id": self.env.ref(f"base.{party.country.lower()}").id,
            "company_id": self.company.id,
            "is_company": party.is_supplier,
            rank: 1,
            "bank_ids": [Command.create(account)] if party.account else [],
        }

    # ------------------------------------------------------------------
    # Documents
    # ------------------------------------------------------------------

    def _known(self, documents):
        """Return the documents that exist already, by their keys."""
        moves = self.env["account.move"].search(
            [
                ("company_id", "=", self.company.id),
                ("move_type", "in", list(MOVE_TYPES.values())),
            ]
        )
        by_number = {self._identity(move): move for move in moves}
        return {
            document.key: by_number[MOVE_TYPES[document.kind], document.number]
            for document in documents
            if (MOVE_TYPES[document.kind], document.number) in by_number
        }

    @staticmethod
    def _identity(move):
        is_bill = move.move_type == "in_invoice"
        return move.move_type, move.ref if is_bill else move.name

    def _create(self, documents, partners, moves):
        values = [self._values(document, partners, moves) for document in documents]
        created = self.env["account.move"].create(values)
        created.action_post()
        for document, move in zip(documents, created, strict=True):
            if self._identity(move)[1] != document.number:
                raise ValueError(f"{move.name} should be {document.number}.")
            moves[document.key] = move

    def _values(self, document, partners, moves):
        is_bill = document.kind == "bill"
        values = {
            "move_type": MOVE_TYPES[document.kind],
            "partner_id": partners[document.party],
            "currency_id": self.env.ref(f"base.{document.currency}").id,
            "invoice_date": document.day,
            "date": document.day,
            "invoice_date_due": document.due,
            "ref": document.number if is_bill else document.reference or False,
            "invoice_origin": document.origin or False,
            "payment_reference": document.payment_reference or False,
            "invoice_line_ids": [Command.create(self._line_values(document))],
        }
        if not is_bill:
            values["name"] = document.number
        if document.nets_invoice:
            # Posting such a note makes Odoo reconcile it with its open invoice.
            values["reversed_entry_id"] = moves[document.reverses].id
        return values

    @staticmethod
    def _line_values(document):
        exponent = money.exponent(document.currency)
        return {
            "name": TEXTS[document.kind],
            "quantity": 1,
            "price_unit": float(money.from_minor(document.amount, exponent)),
            "tax_ids": [Command.clear()],
        }
