from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.settlement.exceptions.verb import Verb
from odoo.addons.settlement.models.big_integer import minor_units

from ..services.decision import Decision
from ..services.taken_back import TakenBack

CHOICES = ("keep", "reopen")


class SettlementException(models.Model):
    """Small rests that are fees or exchange, and refunds nobody has a document for."""

    _inherit = "settlement.exception"

    def _verbs(self):
        verbs = super()._verbs()
        return {
            **verbs,
            "post_fee_variance": self._wider(
                verbs["post_fee_variance"], ("fee_variance", "amount_short")
            ),
            "chargeback": self._wider(
                verbs["chargeback"], ("dispute_opened", "unmatched")
            ),
            "refund": self._wider(verbs["refund"], ("dispute_opened", "unmatched")),
            "fx_difference": Verb(
                self.env._("Take as Exchange Difference"),
                ("currency_mismatch", "amount_short", "amount_over"),
                approval="limit",
                posts=True,
                effect=self.env._(
                    "Books the rest to the company's accounts for exchange gains and "
                    "losses; a document in another currency is matched as a whole and "
                    "Odoo books the exchange difference."
                ),
            ),
        }

    def _wider(self, verb, reasons):
        """Return a verb for more reasons."""
        return Verb(
            **{
                name: getattr(verb, name)
                for name in verb.__dataclass_fields__
                if name != "reasons"
            },
            reasons=reasons,
        )

    # ------------------------------------------------------------------
    # Rests
    # ------------------------------------------------------------------

    def _rest_verb(self, account_of, comment):
        """Book what is left of a part payment, or too much of one, to an account.

        :param account_of: from the Decision and the open items to the id.
        """
        fact = self._decided_fact()
        decision = Decision(fact)
        lines = self._rest_lines(fact)
        if not lines:
            raise UserError(
                self.env._(
                    "Nothing is left of it in the ledger: post it first, or it has "
                    "been settled otherwise."
                )
            )
        posting = decision.write_off(lines, account_of(decision, lines))
        self._end(
            self.env._(
                "Booked by %(entry)s. %(comment)s",
                entry=posting.display_name,
                comment=comment or "",
            )
        )

    def _amount_at_stake(self, verb, values):
        """What is given up is what is left, not the whole payment."""
        is_rest = self.reason in ("amount_short", "amount_over")
        if is_rest and verb in ("fx_difference", "post_fee_variance"):
            verb = "write_off"
        stake = super()._amount_at_stake(verb, values)
        if verb in ("match", "fx_difference") and values.get("chosen"):
            return max(stake or 0, self._off_by_rate(values["chosen"]))
        return stake

    def _off_by_rate(self, chosen):
        """Return what is given up with documents of another currency.

        :return: minor units of the company's currency, without sign.
        """
        money = self.sudo()._subject_record()
        if money._name != "settlement.transaction":
            return 0
        keys, _seen = self._keys_seen(chosen)
        ids = [row_id for model, row_id in keys if model == "account.move.line"]
        items = self.env["account.move.line"].sudo().browse(ids).exists()
        if items.currency_id <= money.currency_id:
            return 0
        gap = self._worth(money, money) - sum(
            self._worth(item, money) for item in items
        )
        return minor_units(abs(gap), money.company_id.currency_id)

    @api.model
    def _worth(self, record, money):
        """Return what is open of a record in company currency, on the day of a row."""
        company, currency = money.company_id, record.currency_id
        free = self.env["settlement.match"].sudo()._signed_free(record)
        return currency._convert(
            free / 10**currency.decimal_places,
            company.currency_id,
            company,
            money.booked_on,
        )

    def _resolve_post_fee_variance(self, keep_rest=False, comment=""):
        """Book the difference to the account for fees."""
        if self.reason != "amount_short":
            return super()._resolve_post_fee_variance(keep_rest, comment)
        return self._rest_verb(
            lambda decision, _lines: decision.account("bank_fee"), comment
        )

    def _resolve_fx_difference(self, chosen=None, comment=""):
        """Take a difference as one of exchange.

        :param chosen: for a document in another currency: ``[[model, id]]``.
        """
        if self.reason == "currency_mismatch":
            if not chosen:
                raise UserError(
                    self.env._("Choose the document that was paid in another currency.")
                )
            return self._resolve_match(chosen, rest_to_credit=False, comment=comment)
        return self._rest_verb(self._exchange_account, comment)

    def _exchange_account(self, _decision, lines):
        """Return the company's account for exchange gains or losses.

        :raises UserError: if it has none.
        """
        company = self.sudo().company_id
        is_gain = sum(lines.mapped("amount_residual")) < 0
        account = (
            company.income_currency_exchange_account_id
            if is_gain
            else company.expense_currency_exchange_account_id
        )
        if not account:
            raise UserError(
                self.env._(
                    "Choose the accounts for exchange differences in the settings."
                )
            )
        return account.id

    # ------------------------------------------------------------------
    # Money that went back without a document
    # ------------------------------------------------------------------

    def _resolve_chargeback(self, invoice="keep", charge=None, reason=""):
        """Accept money taken back: our loss, or the customer owes it again."""
        if self.reason != "unmatched":
            return super()._resolve_chargeback(invoice, charge, reason)
        if invoice not in CHOICES:
            raise UserError(self.env._("The invoice stays paid, or is owed again."))
        fact = self._decided_fact()
        if invoice == "reopen":
            return self._take_back(fact, self._required_charge(charge).sudo(), reason)
        decision = Decision(fact)
        posting = decision.move_waiting(decision.account("dispute_loss"), 0, "loss")
        return self._end(
            self.env._(
                "Our loss, by %(entry)s. %(reason)s",
                entry=posting.display_name,
                reason=reason or "",
            ),
            is_decided=True,
        )

    def _resolve_refund(self, credit_note=None, charge=None, reason=""):
        """Link money given back to its credit note, or to the payment it gives back."""
        if self.reason != "unmatched":
            return super()._resolve_refund(credit_note, charge, reason)
        fact = self._decided_fact()
        note = self._credit_note(credit_note).sudo()
        if not note:
            return self._take_back(fact, self._required_charge(charge).sudo(), reason)
        if note.currency_id != fact.currency_id:
            raise UserError(self.env._("The credit note is in another currency."))
        items = note.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        )
        match = fact.env["settlement.match"]._propose([fact], list(items))
        return self._settle_with(match, reason)

    def _required_charge(self, charge):
        """Return the payment that a person names, or that the provider names.

        :raises UserError: if nobody does.
        """
        named = self._charge(charge) or self.transaction_id.parent_id
        if not named:
            raise UserError(self.env._("Name the payment that was given back."))
        return named

    def _take_back(self, fact, charge, reason):
        """Let money that went back settle the payment: its document is open again.

        :raises UserError: if they are not of the same amount.
        """
        currency = fact.currency_id
        if charge.currency_id != currency or currency.compare_amounts(
            charge.gross_amount, -fact.gross_amount
        ):
            raise UserError(
                self.env._(
                    "%(charge)s is no payment of the same amount. Match a part of it "
                    "with a credit note instead.",
                    charge=charge.display_name,
                )
            )
        self._check_not_given_back(fact, charge)
        # It ends by what a person decided, not because its cause vanished.
        self._close(
            "resolved",
            self.env._(
                "It gives back %(charge)s, whose document is open again. %(reason)s",
                charge=charge.display_name,
                reason=reason or "",
            ).strip(),
        )
        TakenBack(fact.backend_id)._settle_one(fact, charge)
        match = fact.match_line_ids.match_id.filtered(
            lambda match: match.state == "confirmed"
        )
        self._set_state("resolved", match_id=match[:1].id)
        self._bring_to_ledger(match)

    def _check_not_given_back(self, fact, charge):
        """Refuse a payment that something else gave back, or paid together with.

        :raises UserError: if a match that holds has other money beside it.
        """
        held = charge.match_line_ids.match_id.filtered(
            lambda match: match.state in ("confirmed", "posted")
        )
        money = held.line_ids.filtered(lambda line: line.side == "source")
        if money.transaction_id - charge - fact:
            raise UserError(
                self.env._(
                    "%(charge)s was given back before, or paid together with others: "
                    "undo that match first.",
                    charge=charge.display_name,
                )
            )
