from dataclasses import dataclass, field

from odoo.tools import SQL

from odoo.addons.settlement.canonical.words import shortened

from ..planning.bank import Detail, entries_of
from .entry_writer import to_float
from .errors import PostingError
from .payout_reader import PayoutReader
from .reconciler import Reconciler
from .token import with_token

LINES = 500
"""Statement lines created at once."""

FAST = {
    "tracking_disable": True,
    "mail_notrack": True,
    "mail_create_nolog": True,
}


@dataclass(slots=True)
class _Line:
    """One statement line to be: its values and what it settles at once."""

    entry: object
    values: dict
    parts: list = field(default_factory=list)


class StatementWriter:
    """Turns statements of a bank into Odoo's, one line for each booking."""

    def __init__(self, builder):
        self.env = builder.env
        self.builder = builder

    # This is no model.
    # pylint: disable-next=method-required-super
    def write(self, batch):
        """Create the next statement lines of a batch that do not exist yet.

        A line whose details are all payouts in transit is created against them and
        reconciled; every other waits on suspense.

        :return: how many lines were created, at most ``LINES``; 0 when all exist.
        :raises PostingError: if a period is closed or something is missing.
        """
        details = self._details(batch)
        if not details:
            return 0
        self._check(batch, details)
        lines = self._lines(batch, details)[:LINES]
        statement_lines = self._create(lines)
        self._link(lines, statement_lines)
        self._settle(lines, statement_lines)
        self._statement(batch, statement_lines)
        return len(lines)

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def _details(self, batch):
        """Return the rows of a statement that stand in no statement line yet."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT fact.id, fact.batch_id, COALESCE(fact.entry_reference, ''),
                       fact.external_id, fact.occurrence, state.amount_minor,
                       fact.booked_on,
                       COALESCE(fact.payment_reference, fact.description, ''),
                       COALESCE(fact.counterparty_name, ''),
                       COALESCE(fact.counterparty_account, ''),
                       COALESCE(fact.source_code, ''), COALESCE(fact.partner_id, 0)
                  FROM settlement_transaction fact
                  JOIN settlement_transaction_state state
                    ON state.transaction_id = fact.id
                  JOIN settlement_wallet wallet ON wallet.id = fact.wallet_id
                 WHERE fact.batch_id = %s
                   AND fact.is_current
                   AND state.posting_state = 'none'
                   AND state.amount_minor <> 0
                   AND fact.booked_on >= wallet.opening_date
                 ORDER BY fact.booked_on, fact.id
                """,
                batch.id,
            )
        )
        return [Detail(*row) for row in rows]

    def _check(self, batch, details):
        """Ask for everything that could stop the lines before creating any."""
        wallet = batch.wallet_id
        journal = wallet.journal_id
        if not journal or not journal.suspense_account_id.reconcile:
            raise PostingError("unknown_mapping", self._no_journal(wallet), ("map",))
        for day in sorted({detail.booked_on for detail in details}):
            if locks := wallet.company_id._get_violated_lock_dates(day, False, journal):
                raise PostingError(
                    "closed_period", self._closed(batch, day, locks), ("move_date",)
                )
            self.builder.rate(wallet.currency_id, day)

    def _no_journal(self, wallet):
        return self.env._(
            "%(wallet)s has no bank journal whose suspense account allows "
            "reconciliation. Set up its journal and accounts.",
            wallet=wallet.display_name,
        )

    def _closed(self, batch, day, locks):
        return self.env._(
            "Statement %(batch)s has entries of %(day)s, and that period is closed "
            "(%(locks)s). The bank's date cannot move: ask for an exception to the "
            "lock, then run again.",
            batch=shortened(batch.external_id),
            day=day,
            locks=batch.company_id._format_lock_dates(locks),
        )

    # ------------------------------------------------------------------
    # Lines
    # ------------------------------------------------------------------

    def _lines(self, batch, details):
        payouts = PayoutReader(self.env).read([detail.id for detail in details])
        return [self._line(batch, entry, payouts) for entry in entries_of(details)]

    def _line(self, batch, entry, payouts):
        wallet = batch.wallet_id
        values = {
            "journal_id": wallet.journal_id.id,
            "date": entry.booked_on,
            "payment_ref": entry.text,
            "partner_name": entry.common("counterparty_name") or False,
            "account_number": entry.common("counterparty_account") or False,
            "transaction_type": entry.common("source_code") or False,
            "partner_id": entry.common("partner_id") or False,
            "amount": to_float(entry.amount, wallet.currency_id),
            "settlement_wallet_id": wallet.id,
            "settlement_entry_key": entry.key,
        }
        parts = self._transit_parts(entry, payouts)
        if parts:
            values |= self._against_transit(wallet, parts)
        return _Line(entry, values, parts)

    def _transit_parts(self, entry, payouts):
        """Return what an entry settles in transit, if that is all that it is.

        One line has one counterpart: one account and one currency.
        """
        parts = [
            part for detail in entry.details for part in payouts.get(detail.id, ())
        ]
        accounts = {(part.account_id, part.currency_id) for part in parts}
        explained = sum(part.amount for part in parts)
        if len(accounts) != 1 or explained != entry.amount:
            return []
        return parts

    def _against_transit(self, wallet, parts):
        values = {"counterpart_account_id": parts[0].account_id}
        currency = self.env["res.currency"].browse(parts[0].currency_id)
        if currency != wallet.currency_id:
            values |= {
                "foreign_currency_id": currency.id,
                "amount_currency": to_float(
                    sum(part.amount_currency for part in parts), currency
                ),
            }
        return values

    def _create(self, lines):
        statement_lines = with_token(
            self.env["account.bank.statement.line"].with_context(**FAST)
        )
        created = statement_lines.create([line.values for line in lines])
        return self.env["account.bank.statement.line"].browse(created.ids)

    # ------------------------------------------------------------------
    # What follows
    # ------------------------------------------------------------------

    def _link(self, lines, statement_lines):
        """Tell each row in which line it stands."""
        pairs = [
            (detail.id, statement_line.id)
            for line, statement_line in zip(lines, statement_lines, strict=True)
            for detail in line.entry.details
        ]
        rows, line_ids = (list(column) for column in zip(*pairs, strict=True))
        states = self.env["settlement.transaction.state"]
        states.flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE settlement_transaction_state AS state
                   SET statement_line_id = link.line, posting_state = 'posted'
                  FROM unnest(%s::int[], %s::int[]) AS link (row, line)
                 WHERE state.transaction_id = link.row
                """,
                rows,
                line_ids,
            )
        )
        states.invalidate_model()
        self.env["settlement.transaction"].invalidate_model(["posting_state", "state"])

    def _settle(self, lines, statement_lines):
        """Reconcile lines against transit with their payouts."""
        settled = [
            (line, statement_line)
            for line, statement_line in zip(lines, statement_lines, strict=True)
            if line.parts
        ]
        if not settled:
            return
        counterparts = self._counterparts(
            [statement_line for _line, statement_line in settled]
        )
        self.env["account.move.line"]._set_settlement_tags(
            [
                self._tag(line, counterparts[statement_line.id])
                for line, statement_line in settled
            ]
        )
        Reconciler(self.env).settle(
            [
                (
                    counterparts[statement_line.id],
                    tuple(item for part in line.parts for item in part.items),
                )
                for line, statement_line in settled
            ]
        )
        parts = [part for line, _each in settled for part in line.parts]
        postings = self.env["settlement.posting"]
        postings._note_matches_posted({part.match_id for part in parts})
        postings._note_transit([item for part in parts for item in part.items])

    def _counterparts(self, statement_lines):
        """Return the line that is not on the bank's account, by statement line."""
        self.env.flush_all()
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT bank.id, entry.id
                      FROM account_bank_statement_line bank
                      JOIN account_move_line entry ON entry.move_id = bank.move_id
                      JOIN account_journal journal ON journal.id = entry.journal_id
                     WHERE bank.id = ANY(%s)
                       AND entry.account_id <> journal.default_account_id
                    """,
                    [line.id for line in statement_lines],
                )
            )
        )

    def _tag(self, line, counterpart_id):
        """Return which match the counterpart settles, for its undo."""
        matches = {part.match_id for part in line.parts}
        details = line.entry.details
        return (
            counterpart_id,
            "settled",
            matches.pop() if len(matches) == 1 else 0,
            details[0].id if len(details) == 1 else 0,
        )

    def _statement(self, batch, statement_lines):
        """Put the lines into the statement of the bank, with its balances."""
        statements = self.env["account.bank.statement"].with_context(**FAST)
        known = statements.search([("settlement_batch_id", "=", batch.id)])
        if known:
            known.line_ids += statement_lines
            return
        values = {
            "name": batch.reference or batch.external_id,
            "reference": batch.external_id,
            "journal_id": batch.wallet_id.journal_id.id,
            "line_ids": [(6, 0, statement_lines.ids)],
            "settlement_batch_id": batch.id,
        }
        if batch.has_balances:
            values |= self._balances(batch)
        statements.create(values)

    def _balances(self, batch):
        """Return start and end of the statement.

        Entries before the opening date are no lines: the start is what the end and
        the lines leave.
        """
        groups = self.env["settlement.transaction"]._read_group(
            [
                ("batch_id", "=", batch.id),
                ("is_current", "=", True),
                ("booked_on", ">=", batch.wallet_id.opening_date),
            ],
            [],
            ["net_amount:sum"],
        )
        start = batch.closing_balance - groups[0][0]
        return {
            "balance_start": batch.currency_id.round(start),
            "balance_end_real": batch.closing_balance,
        }
