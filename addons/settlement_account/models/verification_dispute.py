from odoo import models
from odoo.tools import SQL

from odoo.addons.settlement.models.big_integer import minor_units
from odoo.addons.settlement.models.exception import OPEN_STATES

from ..services.dispute_books import DisputeBooks


class SettlementVerification(models.AbstractModel):
    """Law 4: the accounts of disputes and reserves show what is open, each named."""

    _inherit = "settlement.verification"

    def _checks(self):
        return [
            *super()._checks(),
            "_check_dispute_account",
            "_check_reserve_account",
            "_check_reserve_releases",
        ]

    def _check_dispute_account(self):
        """On the dispute account stands of each dispute what is open of it."""
        disputes = self.env["settlement.dispute"].search(
            [("transaction_ids", "!=", False)]
        )
        books = DisputeBooks(self.env).read(disputes.ids)
        told = self._told_subjects("settlement.dispute")
        for dispute in disputes:
            of_dispute = books[dispute.id]
            wanted = of_dispute.withdrawn - of_dispute.returned - of_dispute.out
            if of_dispute.standing != wanted:
                yield self._dispute_finding(dispute, of_dispute.standing, wanted)
            elif self._is_settled(dispute, of_dispute, told):
                open_minor = minor_units(dispute.open_amount, dispute.currency_id)
                if of_dispute.standing != open_minor:
                    yield self._dispute_finding(
                        dispute, of_dispute.standing, open_minor
                    )

    def _is_settled(self, dispute, books, told):
        """Return whether nothing of a dispute waits for its entry, or is told of."""
        if books.waiting or not books.transaction_id:
            return False
        changed = self._told_subjects("settlement.transaction")
        rows = set(dispute.transaction_ids.ids)
        return dispute.id not in told and not rows & changed and not dispute._is_held()

    def _dispute_finding(self, dispute, found, wanted):
        currency = dispute.currency_id
        factor = 10**currency.decimal_places
        return self._finding(
            4,
            "settlement.dispute",
            dispute.id,
            self.env._(
                "%(found)s of it stand on the dispute account, %(wanted)s should.",
                found=currency.format(found / factor),
                wanted=currency.format(wanted / factor),
            ),
        )

    def _told_subjects(self, model):
        """Return the ids of records that an open exception of posting is about."""
        found = self.env["settlement.exception"].search(
            [
                ("subject_model", "=", model),
                ("state", "in", OPEN_STATES),
                ("reason", "!=", "dispute_opened"),
            ]
        )
        return set(found.mapped("subject_id"))

    def _check_reserve_account(self):
        """On the reserve account stands of each row what it held back or released."""
        yield from self._findings_of(
            4,
            "settlement.transaction",
            SQL(
                """
                SELECT fact.id, COALESCE(stands.amount, 0)::text,
                       (-fact.gross_amount)::text
                  FROM settlement_transaction fact
                  JOIN settlement_transaction_state state
                    ON state.transaction_id = fact.id
                  LEFT JOIN LATERAL (
                        SELECT sum(entry.amount_currency) AS amount
                          FROM account_move_line entry
                         WHERE entry.settlement_transaction_id = fact.id
                           AND entry.settlement_role = 'reserve'
                           AND entry.parent_state = 'posted') stands ON TRUE
                 WHERE fact.kind IN ('reserve_hold', 'reserve_release')
                   AND fact.is_current
                   AND state.posting_state IN ('posted', 'reconciled')
                   AND COALESCE(stands.amount, 0) <> -fact.gross_amount
                   AND NOT EXISTS (
                        SELECT FROM settlement_exception told
                         WHERE told.subject_model = 'settlement.transaction'
                           AND told.subject_id = fact.id
                           AND told.reason = 'changed_after_posting'
                           AND told.state IN %(open)s)
                """,
                open=OPEN_STATES,
            ),
            self.env._(
                "%(found)s of it stand on the reserve account, %(wanted)s should."
            ),
            "found",
            "wanted",
        )

    def _check_reserve_releases(self):
        """What is still held of a reserve is what its hold lacks in releases."""
        yield from self._findings_of(
            4,
            "settlement.reserve",
            SQL(
                """
                SELECT reserve.id, COALESCE(reserve.open_amount, 0)::text,
                       (-fact.gross_amount - COALESCE(given.amount, 0))::text
                  FROM settlement_reserve reserve
                  JOIN settlement_transaction fact
                    ON fact.id = reserve.hold_transaction_id
                  LEFT JOIN LATERAL (
                        SELECT sum(release.amount) AS amount
                          FROM settlement_reserve_release release
                         WHERE release.reserve_id = reserve.id) given ON TRUE
                 WHERE reserve.active
                   AND (COALESCE(reserve.open_amount, 0)
                            <> -fact.gross_amount - COALESCE(given.amount, 0)
                        OR NOT fact.is_current)
                """
            ),
            self.env._("It says that %(found)s are held; its rows say %(wanted)s."),
            "found",
            "wanted",
        )
