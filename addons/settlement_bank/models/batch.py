from decimal import Decimal

from odoo import models

from odoo.addons.settlement.canonical import money

from ..formats import identity
from ..statements import continuity

# How many statements before and after one are looked at to put them in order.
NEIGHBOURS = 50
_FORWARDS = "date, sequence, id"
_BACKWARDS = "date desc, sequence desc, id desc"


class SettlementBatch(models.Model):
    _inherit = "settlement.batch"

    # ------------------------------------------------------------------
    # Validation
    # ------------------------------------------------------------------

    def _validate(self):
        """Validate; tell statements that follow what a new one before them means."""
        valid = super()._validate()
        statements = self.filtered(lambda batch: batch._is_stated_statement())
        for following in statements._following() - self:
            following._show_findings(following._validation_findings())
        statements.wallet_id._show_statement_balance()
        return valid

    def _is_whole(self):
        return super()._is_whole() or self._is_page_with_successors()

    def _validation_findings(self):
        findings = super()._validation_findings()
        if not self._is_stated_statement():
            return findings
        laws = self._continuity_findings()
        return findings + [(law.reason, law.sentence) for law in laws if law.holds_up]

    def _balance_findings(self):
        """Leave the balances of statements to the laws of continuity."""
        return [] if self.kind == "statement" else super()._balance_findings()

    def _show_findings(self, findings):
        """Show all findings of a statement, one exception for each reason."""
        if not self._is_stated_statement():
            return super()._show_findings(findings)
        notes = [law for law in self._continuity_findings() if not law.holds_up]
        findings = [*findings, *((law.reason, law.sentence) for law in notes)]
        super()._show_findings(self._merged(findings))
        if "duplicate" not in dict(findings):
            self.env["settlement.exception"]._clear_for(self, ["duplicate"])

    def _merged(self, findings):
        """Return one finding for each reason, their sentences joined."""
        sentences = {}
        for reason, sentence in findings:
            sentences.setdefault(reason, []).append(sentence)
        return [(reason, " ".join(texts)) for reason, texts in sentences.items()]

    # ------------------------------------------------------------------
    # Statements of one account
    # ------------------------------------------------------------------

    def _is_stated_statement(self):
        self.ensure_one()
        return self.kind == "statement" and self.is_stated and bool(self.date)

    def _continuity_findings(self):
        """Return the findings of this statement and of what lies before it."""
        self.ensure_one()
        statement = self._as_statement()
        findings = list(continuity.arithmetic(statement))
        if before := self._neighbour(before=True):
            findings += continuity.succession(before._as_statement(), statement)
        return findings

    def _following(self):
        """Return the statements that come directly after these."""
        following = self.browse()
        for statement in self:
            following |= statement._neighbour(before=False)
        return following

    def _neighbour(self, before):
        """Return the statement directly before or after this one, as far as known."""
        nearby = self.search(
            [
                ("wallet_id", "=", self.wallet_id.id),
                ("kind", "=", "statement"),
                ("is_stated", "=", True),
                ("date", "<=" if before else ">=", self.date),
            ],
            order=_BACKWARDS if before else _FORWARDS,
            limit=NEIGHBOURS,
        )
        ordered = nearby._in_order()
        if self not in ordered:
            return self.browse()
        place = ordered.ids.index(self.id) + (-1 if before else 1)
        return ordered[place] if 0 <= place < len(ordered) else self.browse()

    def _in_order(self):
        """Return these statements of one account in the order of the account."""
        by_key = {batch.external_id: batch.id for batch in self}
        ordered = continuity.in_order(batch._as_statement() for batch in self)
        return self.browse([by_key[statement.key] for statement in ordered])

    def _as_statement(self):
        """Return this batch as the laws of continuity see it."""
        self.ensure_one()
        return continuity.Statement(
            key=self.external_id,
            title=self.env._(
                "Statement %(name)s of %(date)s",
                name=self.reference or self.sequence or "",
                date=self.date,
            ),
            currency=self.currency_id.name,
            date=self.date,
            total=self._exact(self.total),
            number=self.sequence or None,
            opening=self._exact(self.opening_balance) if self.has_balances else None,
            closing=self._exact(self.closing_balance) if self.has_balances else None,
        )

    def _exact(self, amount):
        """Return a monetary float as the Decimal it stands for."""
        places = money.exponent(self.currency_id.name)
        return Decimal(f"{amount:.{places}f}")

    def _is_page_with_successors(self):
        """Return whether this is a page and all pages that follow it are here.

        A page with rows that were put aside has to prove itself by its balances.
        """
        self.ensure_one()
        mine = identity.page_of(self.external_id)
        if self.kind != "statement" or not self.is_stated or mine.is_last:
            return False
        pages = self._pages(mine)
        number = mine.number
        while (page := pages.get(number)) is not None and not page.is_last:
            number += 1
        is_clean = self.has_balances or not self.message_id.waiting_row_ids
        return is_clean and number in pages

    def _pages(self, mine):
        """Return all known pages of the same statement by their number."""
        known = self.search(
            [
                ("wallet_id", "=", self.wallet_id.id),
                ("kind", "=", "statement"),
                ("is_stated", "=", True),
                ("reference", "=", self.reference),
                ("sequence", "=", self.sequence),
            ]
        )
        pages = [identity.page_of(batch.external_id) for batch in known]
        return {page.number: page for page in pages if page.statement == mine.statement}
