from odoo import models
from odoo.exceptions import UserError

from odoo.addons.settlement.canonical.words import shortened
from odoo.addons.settlement.exceptions.verb import Verb

from ..services.decision import Decision

WAITING_REASONS = (
    "unmatched",
    "missing_reference",
    "ambiguous",
    "paid_not_in_ledger",
    "amount_over",
)


class SettlementException(models.Model):
    """What people decide about money without a document, and about small rests."""

    _inherit = "settlement.exception"

    def _verbs(self):
        return {
            **super()._verbs(),
            "write_off": Verb(
                self.env._("Write Off"),
                ("amount_short", "amount_over"),
                approval="limit",
                needs=("code",),
                posts=True,
                effect=self.env._(
                    "Books the rest of the document, or what was paid too much, to "
                    "the account for differences."
                ),
            ),
            "allocate": Verb(
                self.env._("Keep for the Customer"),
                WAITING_REASONS,
                approval="limit",
                posts=True,
                effect=self.env._(
                    "Moves the money to customer payments to allocate, a liability, "
                    "or to the advances of an order; never to income."
                ),
            ),
        }

    # ------------------------------------------------------------------
    # Write-off
    # ------------------------------------------------------------------

    def _resolve_write_off(self, code, comment=""):
        """Book what is left to the account for differences.

        :param code: why: a code that the company uses, such as ``rounding``.
        """
        fact = self._decided_fact()
        decision = Decision(fact)
        account_id = decision.account("difference")
        lines = self._rest_lines(fact)
        if not lines:
            raise UserError(
                self.env._(
                    "Nothing is left of it in the ledger: post it first, or it has "
                    "been settled otherwise."
                )
            )
        posting = decision.write_off(lines, account_id)
        self._end(
            self.env._(
                "Written off (%(code)s) by %(entry)s. %(comment)s",
                code=code,
                entry=posting.display_name,
                comment=comment or "",
            )
        )

    def _amount_at_stake(self, verb, values):
        """A write-off gives up what is left, not the whole payment."""
        if verb != "write_off" or self.subject_model != "settlement.transaction":
            return super()._amount_at_stake(verb, values)
        # The limit counts what stands in the ledger, whoever may read it.
        lines = self._rest_lines(self.sudo()._subject_record())
        decimals = self.company_id.currency_id.decimal_places
        return sum(abs(round(line.amount_residual * 10**decimals)) for line in lines)

    def _rest_lines(self, fact):
        """Return the journal items on which the rest stands."""
        matches = fact.match_line_ids.match_id.filtered(
            lambda match: match.state == "posted"
        )
        if self.reason == "amount_over":
            lines = self.env["account.move.line"].search(
                [
                    ("settlement_transaction_id", "=", fact.id),
                    ("settlement_role", "=", "credit"),
                ]
            )
        else:
            lines = matches.line_ids.move_line_id
        return lines.sudo().filtered(
            lambda line: not line.reconciled and line.parent_state == "posted"
        )

    # ------------------------------------------------------------------
    # Money of customers without a document
    # ------------------------------------------------------------------

    def _resolve_allocate(self, partner_id=None, order="", comment=""):
        """Keep money for a customer until somebody says what it pays.

        :param partner_id: whose money it is, if that is known.
        :param order: order it is a deposit for; then it goes to the advances.
        """
        fact = self._decided_fact()
        partner = self._partner_of(partner_id)
        role = "advance" if order else "unallocated"
        if fact.posting_state == "none":
            raise UserError(
                self.env._(
                    "%(row)s is not in the ledger yet. Post its payout first.",
                    row=shortened(fact.external_id),
                )
            )
        decision = Decision(fact)
        posting = decision.move_waiting(
            decision.account(role), partner.id or 0, "unallocated"
        )
        self._end(
            self.env._(
                "Kept for %(partner)s by %(entry)s. %(order)s %(comment)s",
                partner=partner.display_name or "?",
                entry=posting.display_name,
                order=order,
                comment=comment or "",
            ),
            is_decided=True,
        )

    def _partner_of(self, partner_id):
        partners = self.env["res.partner"]
        partner = partners.browse(int(partner_id)).exists() if partner_id else partners
        if partner:
            partner.check_access("read")
        return partner

    def _decided_fact(self):
        """Return the row that is decided on, as the pipeline works on it."""
        self.ensure_one()
        # The role for the verb was checked; postings are written by the pipeline.
        fact = self.sudo()._subject_record()
        if fact._name != "settlement.transaction":
            raise UserError(
                self.env._("This is decided for single payments; open the payment.")
            )
        return fact
