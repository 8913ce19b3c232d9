"""Customers, suppliers, invoices, credit notes and bills."""

from odoo.fields import Command

from odoo.addons.settlement.canonical import money

MOVE_TYPES = {
    "invoice": "out_invoice",
    "credit_note": "out_refund",
    "bill": "in_invoice",
}
# Documents created and posted at once.
CHUNK = 500
# Of customers and of suppliers.
PARTNER_ACCOUNTS = ("property_account_receivable_id", "property_account_payable_id")
# No messages about what is only decoration, and no lines computed from others.
QUIET = {"tracking_disable": True, "mail_create_nolog": True}
QUICK = {**QUIET, "skip_invoice_sync": True}
TEXTS = {"invoice": "Goods", "credit_note": "Goods taken back", "bill": "Services"}


class DocumentBuilder:
    """Creates the parties and documents of one company.

    :param env: environment of the superuser.
    :param company: res.company record.
    """

    def __init__(self, env, company):
        self.env = env(context={**env.context, "allowed_company_ids": company.ids})
        self.company = company.with_env(self.env)
        self._accounts = {}
        self._countries = {}

    def build(self, company_world, checkpoint=None):
        """Create what is not there yet.

        :param checkpoint: commits after each chunk, or None.
        :return: dict of document key → account.move record.
        """
        partners = self.partners(company_world.parties)
        moves = self._known(company_world.documents)
        missing = [each for each in company_world.documents if each.key not in moves]
        missing.sort(key=lambda document: document.day)
        # A credit note refers to its invoice, so all of them come after these.
        for refers in (False, True):
            wanted = [each for each in missing if bool(each.reverses) == refers]
            for start in range(0, len(wanted), CHUNK):
                self._create(wanted[start : start + CHUNK], partners, moves)
                if checkpoint:
                    checkpoint()
        return moves

    # ------------------------------------------------------------------
    # Parties
    # ------------------------------------------------------------------

    def partners(self, parties):
        """Return party key → res.partner id, created if it is not there."""
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
            "country_id": self._country(party.country),
            "company_id": self.company.id,
            "is_company": party.is_supplier,
            rank: 1,
            "bank_ids": [Command.create(account)] if party.account else [],
        }

    def _country(self, code):
        if code not in self._countries:
            found = self.env["res.country"].search([("code", "=", code)], limit=1)
            self._countries[code] = found.id
        return self._countries[code]

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
        """Create and post documents whose lines are given, so that none is computed.

        That takes half of the time. Odoo still checks that each entry balances.
        """
        values = [self._values(document, partners, moves) for document in documents]
        drafts = self.env["account.move"].with_context(**QUICK).create(values)
        created = drafts.with_env(self.env(context={**self.env.context, **QUIET}))
        created.action_post()
        for document, move in zip(documents, created, strict=True):
            if self._identity(move)[1] != document.number:
                raise ValueError(f"{move.name} should be {document.number}.")
            moves[document.key] = move.with_env(self.env)

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
            "line_ids": self._lines(document, partners[document.party]),
        }
        if not is_bill:
            values["name"] = document.number
        if document.nets_invoice:
            # Posting such a note makes Odoo reconcile it with its open invoice.
            values["reversed_entry_id"] = moves[document.reverses].id
        return values

    def _lines(self, document, partner_id):
        """Return the two lines of a document: what was sold or bought, and its due."""
        sign = 1 if document.kind == "invoice" else -1
        amount = sign * self._major(document.amount, document.currency)
        balance = self._converted(amount, document)
        common = {
            "partner_id": partner_id,
            "currency_id": self.env.ref(f"base.{document.currency}").id,
            "analytic_distribution": False,
        }
        is_bill = document.kind == "bill"
        what = {
            "display_type": "product",
            "name": TEXTS[document.kind],
            "account_id": self._account("purchase" if is_bill else "sale"),
            "quantity": 1,
            "price_unit": abs(amount),
            "tax_ids": [Command.clear()],
            "amount_currency": -amount,
            "balance": -balance,
        }
        due = {
            "display_type": "payment_term",
            "name": document.payment_reference or document.number,
            "account_id": self._account(PARTNER_ACCOUNTS[is_bill]),
            "date_maturity": document.due,
            "amount_currency": amount,
            "balance": balance,
        }
        return [Command.create({**common, **values}) for values in (what, due)]

    def _converted(self, amount, document):
        """Return an amount of a document in the currency of the company."""
        currency = self.env.ref(f"base.{document.currency}")
        return currency._convert(
            amount, self.company.currency_id, self.company, document.day
        )

    def _account(self, name):
        """Return the id of the account that Odoo itself would take.

        :param name: a property of partners, or a type of journal.
        """
        if name not in self._accounts:
            partner = self.company.partner_id.with_company(self.company)
            if name in PARTNER_ACCOUNTS:
                account = partner[name]
            else:
                journals = self.env["account.journal"]
                domain = [("company_id", "=", self.company.id), ("type", "=", name)]
                account = journals.search(domain, limit=1).default_account_id
            self._accounts[name] = account.id
        return self._accounts[name]

    @staticmethod
    def _major(amount, currency):
        return float(money.from_minor(amount, money.exponent(currency)))
