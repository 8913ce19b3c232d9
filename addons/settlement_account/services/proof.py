from dataclasses import dataclass
from decimal import Decimal

from odoo.tools import SQL

from .row_reader import IS_BOOKED

# Rows of these kinds move money into a reserve, which then is no longer part of
# what the wallet's own rows add up to.
RESERVE_KINDS = ("reserve_hold", "reserve_release")


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the provider said that it held, and when; or the opening balance.

    ``amount`` is in minor units. ``at`` is None for the opening balance.
    """

    amount: int
    at: object = None
    is_statement: bool = False


class WalletProof:
    """Compares, to the minor unit, what a provider holds with the ledger."""

    def __init__(self, wallet):
        self.env = wallet.env
        self.wallet = wallet
        self.env.flush_all()
        self.anchor = self._anchor()

    # ------------------------------------------------------------------
    # What the provider holds
    # ------------------------------------------------------------------

    def _anchor(self):
        wallet = self.wallet
        if not wallet.provider_balance_at:
            return Anchor(wallet._minor(wallet.opening_balance))
        amount = wallet._minor(wallet.provider_balance)
        reported = self.env["settlement.balance"].search(
            [
                ("wallet_id", "=", wallet.id),
                ("observed_at", "=", wallet.provider_balance_at),
            ],
            limit=1,
        )
        if reported.reserve and self._has_reserve_rows():
            amount -= wallet._minor(reported.reserve)
        return Anchor(amount, wallet.provider_balance_at, not reported)

    def _has_reserve_rows(self):
        return bool(
            self.env["settlement.transaction"].search_count(
                [
                    ("wallet_id", "=", self.wallet.id),
                    ("is_current", "=", True),
                    ("kind", "in", RESERVE_KINDS),
                ],
                limit=1,
            )
        )

    def provider(self, day):
        """Return what the provider held at the end of a day, in minor units.

        The newest reported balance, rolled forward by what was booked after it and
        back by what was booked after the day.
        """
        if self.anchor.at is None:
            return self.anchor.amount + self._sum(
                SQL(
                    "fact.booked_on >= %s AND fact.booked_on <= %s",
                    self.wallet.opening_date,
                    day,
                )
            )
        included = self._included()
        forward = SQL("fact.booked_on <= %s AND NOT (%s)", day, included)
        back = SQL("fact.booked_on > %s AND (%s)", day, included)
        return self.anchor.amount + self._sum(forward) - self._sum(back)

    def _included(self):
        """Return whether the reported balance holds a row, as SQL.

        A statement closes a day of the bank, a balance is seen at an instant.
        """
        if self.anchor.is_statement:
            zone = self.wallet.backend_id.timezone
            return SQL(
                "fact.booked_on < (%s::timestamp AT TIME ZONE 'UTC' "
                "AT TIME ZONE %s)::date",
                self.anchor.at,
                zone,
            )
        return SQL("fact.occurred_at <= %s", self.anchor.at)

    def _sum(self, condition):
        """Return the net of the current rows that meet a condition, in minor units."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(sum(state.amount_minor), 0)::text
                  FROM settlement_transaction fact
                  JOIN settlement_transaction_state state
                    ON state.transaction_id = fact.id
                 WHERE fact.wallet_id = %s AND fact.is_current AND %s AND (%s)
                """,
                self.wallet.id,
                IS_BOOKED,
                condition,
            )
        )
        return int(rows[0][0])

    # ------------------------------------------------------------------
    # What the ledger says
    # ------------------------------------------------------------------

    def ledger(self, day):
        """Return the balance of the wallet's account on a day, in minor units."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(sum(%s), 0)::text
                  FROM account_move_line entry
                 WHERE entry.account_id = %s
                   AND entry.parent_state = 'posted'
                   AND entry.date <= %s
                """,
                self._amount_sql(),
                self.wallet.account_id.id,
                day,
            )
        )
        return self.wallet._minor(rows[0][0])

    def _amount_sql(self):
        """Return what a journal item moves in the wallet's currency."""
        currency = self.wallet.currency_id
        if currency == self.wallet.company_id.currency_id:
            return SQL("entry.balance")
        return SQL(
            "CASE WHEN entry.currency_id = %s THEN entry.amount_currency ELSE 0 END",
            currency.id,
        )

    def missing(self, day):
        """Return what was booked up to a day and is not in the ledger by then.

        :return: list of (transaction id, minor units): rows without an entry, with a
            later one, or changed by their source after it.
        """
        return self.env.execute_query(
            SQL(
                """
                SELECT fact.id, state.amount_minor - COALESCE(posted.amount, 0)
                  FROM settlement_transaction fact
                  JOIN settlement_transaction_state state
                    ON state.transaction_id = fact.id
                  LEFT JOIN LATERAL (%(posted)s) posted ON TRUE
                 WHERE fact.wallet_id = %(wallet)s
                   AND fact.is_current
                   AND %(is_booked)s
                   AND fact.booked_on >= %(opening)s
                   AND fact.booked_on <= %(day)s
                   AND state.amount_minor <> COALESCE(posted.amount, 0)
                 ORDER BY fact.booked_on, fact.id
                """,
                posted=self._posted_sql(day),
                wallet=self.wallet.id,
                is_booked=IS_BOOKED,
                opening=self.wallet.opening_date,
                day=day,
            )
        )

    def _posted_sql(self, day):
        """Return ``amount`` that the ledger has of the row ``fact`` by a day.

        A revision that changed after its posting finds the entry of the former one.
        """
        if self.wallet.is_bank:
            return SQL(
                """
                SELECT state.amount_minor AS amount
                  FROM account_bank_statement_line bank
                  JOIN account_move move ON move.id = bank.move_id
                 WHERE bank.id = state.statement_line_id
                   AND move.state = 'posted' AND move.date <= %s
                """,
                day,
            )
        return SQL(
            """
            SELECT round(revision.net_amount
                         * 10::numeric ^ currency.decimal_places)::int8 AS amount
              FROM settlement_transaction revision
              JOIN settlement_posting_line line
                ON line.transaction_id = revision.id AND line.active
              JOIN settlement_posting posting ON posting.id = line.posting_id
              JOIN res_currency currency ON currency.id = revision.currency_id
             WHERE state.posting_state IN ('posted', 'reconciled')
               AND revision.backend_id = fact.backend_id
               AND revision.external_id = fact.external_id
               AND revision.occurrence = fact.occurrence
               AND posting.date <= %s
            """,
            day,
        )

    # ------------------------------------------------------------------
    # Every day at once
    # ------------------------------------------------------------------

    def stray_days(self):
        """Return the days on which something else than we moved the account.

        Between them the proof is the same every day: what our entries add to the
        ledger, their rows have added to the provider's balance.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT entry.date
                  FROM account_move_line entry
                 WHERE entry.account_id = %(account)s
                   AND entry.parent_state = 'posted'
                   AND entry.date >= %(opening)s
                   AND NOT EXISTS (
                        SELECT FROM settlement_posting posting
                         WHERE posting.move_id = entry.move_id
                           AND posting.wallet_id = %(wallet)s)
                   AND NOT EXISTS (
                        SELECT FROM account_bank_statement_line bank
                         WHERE bank.move_id = entry.move_id
                           AND bank.settlement_wallet_id = %(wallet)s)
                 ORDER BY entry.date
                """,
                account=self.wallet.account_id.id,
                opening=self.wallet.opening_date,
                wallet=self.wallet.id,
            )
        )
        return [day for (day,) in rows]

    # ------------------------------------------------------------------
    # In transit
    # ------------------------------------------------------------------

    def in_transit(self):
        """Return (balance of the account, what open payouts explain of it).

        Several wallets may share the account: then it is proved for all of them.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(sum(entry.balance), 0)::text,
                       COALESCE(sum(entry.amount_residual) FILTER (
                            WHERE entry.settlement_role
                                  IN ('in_transit', 'settled')), 0)::text
                  FROM account_move_line entry
                 WHERE entry.account_id = %s
                   AND entry.parent_state = 'posted'
                """,
                self.wallet.in_transit_account_id.id,
            )
        )
        places = self.wallet.company_id.currency_id.decimal_places
        return tuple(int(Decimal(value).scaleb(places)) for value in rows[0])
