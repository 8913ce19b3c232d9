from collections import defaultdict
from datetime import date, datetime

from odoo import api, models
from odoo.tools import SQL

from ..canonical import kinds, money
from ..canonical.errors import MalformedInput
from ..canonical.reserves import ReserveRow, allocated
from .big_integer import minor_units
from .dispute import to_major


class SettlementReserve(models.Model):
    """How reserves follow from rows and from what providers say."""

    _inherit = "settlement.reserve"

    # ------------------------------------------------------------------
    # What is said
    # ------------------------------------------------------------------

    @api.model
    def _store_facts(self, backend, facts, rejected):
        """Keep when holds are to be released; the provider's latest word counts.

        :param facts: list of (message, ReserveFact).
        :param rejected: list to which what cannot be stored is appended.
        :return: how many said something new.
        """
        store = self.env["settlement.fact.store"]
        wallets = store._wallets_of(backend)
        changed = 0
        for number, (message, fact) in enumerate(facts, 1):
            try:
                wallet = store._wallet_of(backend, wallets, fact)
                money.to_minor(fact.amount, fact.currency)
            except MalformedInput as error:
                rejected.append((message, store._refused(number, fact, error)))
                continue
            changed += self._store_fact(backend, wallet, fact)
        return changed

    @api.model
    def _store_fact(self, backend, wallet_id, fact):
        """Keep one statement; return whether it says more than was known."""
        reserves = self._named(backend, fact.external_id) or self.create(
            {
                **self._identity(backend, wallet_id, fact.external_id),
                "object_external_id": fact.external_id,
                "amount": float(fact.amount),
                "open_amount": float(fact.amount),
            }
        )
        values = {
            "said_release_on": fact.expected_release_on or False,
            "said_at": fact.source_version_at or False,
        }
        news = reserves.filtered(lambda one: one._is_news(values))
        if news:
            news.write({**values, "description": fact.description or False})
            news._refresh_expected()
        return bool(news)

    @api.model
    def _identity(self, backend, wallet_id, external_id, occurrence=0):
        wallet = self.env["settlement.wallet"].browse(wallet_id)
        return {
            "backend_id": backend.id,
            "wallet_id": wallet_id,
            "currency_id": wallet.currency_id.id,
            "external_id": external_id,
            "occurrence": occurrence,
        }

    @api.model
    def _named(self, backend, name):
        """Return the holds of this id, whether their row or their object is meant."""
        return self.with_context(active_test=False).search(
            [
                ("backend_id", "=", backend.id),
                "|",
                ("external_id", "=", name),
                ("object_external_id", "=", name),
            ]
        )

    def _is_news(self, values):
        """Return whether a statement is newer than the one that is kept.

        Two of the same instant: the later day, whichever came first.
        """
        never, first = datetime(1970, 1, 1), date(1970, 1, 1)
        said = (self.said_at or never, self.said_release_on or first)
        return (values["said_at"] or never, values["said_release_on"] or first) > said

    # ------------------------------------------------------------------
    # What rows say
    # ------------------------------------------------------------------

    @api.model
    def _follow_rows(self, backend, added):
        """Bring reserves up to date after rows were stored.

        :param added: ids of fresh transactions, revisions included.
        """
        wallet_ids = self._touched_wallets(added)
        for wallet in self.env["settlement.wallet"].browse(sorted(wallet_ids)):
            self._refresh_wallet(backend, wallet)

    @api.model
    def _touched_wallets(self, added):
        if not added:
            return set()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT fact.wallet_id
                  FROM settlement_transaction fact
                 WHERE fact.id = ANY(%(added)s)
                   AND (fact.kind IN %(kinds)s OR (fact.revision > 1 AND EXISTS (
                        SELECT FROM settlement_transaction former
                         WHERE former.backend_id = fact.backend_id
                           AND former.external_id = fact.external_id
                           AND former.occurrence = fact.occurrence
                           AND former.kind IN %(kinds)s)))
                """,
                added=list(added),
                kinds=kinds.RESERVE_KINDS,
            )
        )
        return {wallet_id for (wallet_id,) in rows}

    @api.model
    def _refresh_wallet(self, backend, wallet):
        """Work out again which release of a wallet gave back which hold."""
        self.env.flush_all()
        rows = self._rows_of(wallet)
        releases, _without = allocated(rows)
        given_back = defaultdict(list)
        for sequence, release in enumerate(releases):
            given_back[release.hold_id].append((sequence, release))
        day_of = {row.id: row.booked_on for row in rows}
        reserves = self.browse()
        for row in rows:
            if row.gross < 0:
                reserve = self._reserve_of(backend, wallet, row)
                reserve._bring_up_to_date(row, given_back[row.id], day_of)
                reserves |= reserve
        gone = self.search([("wallet_id", "=", wallet.id)]) - reserves
        gone.filtered("hold_transaction_id")._withdraw()

    @api.model
    def _rows_of(self, wallet):
        return [
            ReserveRow(*record)
            for record in self.env.execute_query(
                SQL(
                    """
                    SELECT fact.id, fact.external_id,
                           (fact.gross_amount * 10 ^ currency.decimal_places)::int8,
                           fact.booked_on, fact.occurrence,
                           COALESCE(fact.source_external_id, ''),
                           COALESCE(fact.parent_external_id, '')
                      FROM settlement_transaction fact
                      JOIN res_currency currency ON currency.id = fact.currency_id
                     WHERE fact.wallet_id = %s
                       AND fact.is_current
                       AND fact.kind IN %s
                       AND fact.provider_state <> 'rejected'
                     ORDER BY fact.id
                    """,
                    wallet.id,
                    kinds.RESERVE_KINDS,
                )
            )
        ]

    @api.model
    def _reserve_of(self, backend, wallet, row):
        """Return the reserve of a hold row, created if it is new."""
        named = self.with_context(active_test=False).search(
            [
                ("backend_id", "=", backend.id),
                ("external_id", "in", (row.external_id, row.source_external_id)),
            ]
        )
        own = named.filtered(
            lambda one: one.external_id == row.external_id
            and one.occurrence == row.occurrence
        )
        # What the provider told of before its row came waits under its own id.
        told = named.filtered(lambda one: not one.hold_transaction_id) - own
        return (
            own
            or told[:1]
            or self.create(
                self._identity(backend, wallet.id, row.external_id, row.occurrence)
            )
        )

    # ------------------------------------------------------------------
    # One reserve
    # ------------------------------------------------------------------

    def _bring_up_to_date(self, row, releases, day_of):
        """Write what a hold row and its releases say, if it is new."""
        self.ensure_one()
        released = sum(release.amount for _sequence, release in releases)
        values = {
            "active": True,
            "external_id": row.external_id,
            "occurrence": row.occurrence,
            "object_external_id": row.source_external_id or row.external_id,
            "hold_transaction_id": row.id,
            "amount": to_major(-row.gross, self.currency_id),
            "released_amount": to_major(released, self.currency_id),
            "open_amount": to_major(-row.gross - released, self.currency_id),
            "held_on": row.booked_on,
            "state": self._state_of(-row.gross, released),
            "released_on": self._last_day(row, releases, day_of, released),
            "expected_release_on": self._expected(row.id),
        }
        changed = {
            name: value
            for name, value in values.items()
            if self._fields[name].convert_to_cache(value, self)
            != self._fields[name].convert_to_cache(self[name], self)
        }
        if changed:
            self._write_changes(changed)
        self._write_releases(releases)
        if self.state == "released":
            self.env["settlement.exception"]._clear_for(self, ["late_release"])

    @api.model
    def _state_of(self, held, released):
        if released >= held:
            return "released"
        return "partly_released" if released else "held"

    @api.model
    def _last_day(self, row, releases, day_of, released):
        if released < -row.gross:
            return False
        return max(day_of[release.row_id] for _sequence, release in releases)

    def _expected(self, row_id):
        """Return the day of release: as stated, else when the row's money is free."""
        if self.said_release_on:
            return self.said_release_on
        row = self.env["settlement.transaction"].browse(row_id)
        is_later = row.available_on and row.available_on > row.booked_on
        return row.available_on if is_later else False

    def _refresh_expected(self):
        for reserve in self:
            reserve.expected_release_on = reserve._expected(
                reserve.hold_transaction_id.id
            )

    def _write_changes(self, changed):
        before = {"state": self.state, "open": self._open_text()}
        self.write(changed)
        self.flush_recordset()
        after = {"state": self.state, "open": self._open_text()}
        if before != after:
            self.env["settlement.event"]._log(
                "reserve.changed", self, before=before, after=after
            )

    def _open_text(self):
        """Return what is held as its exact text."""
        return f"{self.open_amount:.{self.currency_id.decimal_places}f}"

    def _write_releases(self, releases):
        """Make the releases of this reserve what they should be."""
        wanted = {
            release.row_id: (to_major(release.amount, self.currency_id), sequence)
            for sequence, release in releases
        }
        for release in self.release_ids:
            amount, sequence = wanted.pop(release.transaction_id.id, (0.0, 0))
            if not amount:
                release.unlink()
            elif (release.amount, release.sequence) != (amount, sequence):
                release.write({"amount": amount, "sequence": sequence})
        self.env["settlement.reserve.release"].create(
            [
                {
                    "reserve_id": self.id,
                    "transaction_id": row_id,
                    "amount": amount,
                    "sequence": sequence,
                }
                for row_id, (amount, sequence) in wanted.items()
            ]
        )

    def _withdraw(self):
        """Put reserves aside whose hold turned out to be none."""
        for reserve in self:
            reserve.release_ids.unlink()
            reserve._write_changes(
                {"active": False, "open_amount": 0.0, "hold_transaction_id": False}
            )
        self.env["settlement.exception"]._clear_for(self, ["late_release"])

    # ------------------------------------------------------------------
    # In front of people
    # ------------------------------------------------------------------

    def _exception_money(self, reason):
        """Return the money of an exception about it: minor units, currency."""
        self.ensure_one()
        return minor_units(self.open_amount, self.currency_id), self.currency_id

    @api.model
    def _raise_late(self, backend):
        """Open an exception for each hold that should be back, by the feed's clock."""
        waiting = self.search(
            [
                ("backend_id", "=", backend.id),
                ("expected_release_on", "!=", False),
                ("state", "!=", "released"),
            ]
        )
        newest = self._newest_day(waiting.wallet_id)
        late = waiting.filtered(lambda one: newest and one.expected_release_on < newest)
        exceptions = self.env["settlement.exception"]
        exceptions._clear_for(waiting - late, ["late_release"])
        for reserve in late:
            exceptions._raise_for(
                reserve,
                "late_release",
                self.env._(
                    "%(amount)s of the hold %(hold)s of %(day)s should have been "
                    "released by %(expected)s and is still held. Ask the provider.",
                    amount=reserve.currency_id.format(reserve.open_amount),
                    hold=reserve.external_id,
                    day=reserve.held_on,
                    expected=reserve.expected_release_on,
                ),
            )
        return len(late)

    @api.model
    def _newest_day(self, wallets):
        """Return the day up to which the feed of these wallets has come."""
        if not wallets:
            return None
        query = SQL(
            "SELECT max(booked_on) FROM settlement_transaction "
            "WHERE wallet_id = ANY(%s) AND is_current",
            wallets.ids,
        )
        return self.env.execute_query(query)[0][0]
