from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from odoo.tools import SQL

from ..planning import slices
from ..planning.accounts import MissingAccount, Rate
from ..planning.entry import WORDS, Slice, plan_slice
from ..planning.plan import EntryPlan
from .bookings import Bookings
from .conversions import company_values
from .errors import PostingError

# In a summary, shared lines take most rows: an entry stays short anyway.
SUMMARY_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """One slice, planned and ready to be posted."""

    wallet: object
    batch: object
    month: date
    kind: str
    plan: EntryPlan
    rows: tuple


class SliceBuilder:
    """Plans the entries of rows of one backend by its policy."""

    def __init__(self, backend, moves_dates=False):
        """Plan for ``backend``.

        :param moves_dates: somebody has agreed that what belongs into a closed period
            is posted in the first open one.
        """
        self.env = backend.env
        self.backend = backend
        self.moves_dates = moves_dates
        self.company = backend.company_id
        self.policy = self.env["settlement.posting.policy"]._policy_of(backend)
        self.journal = self._journal()
        self.fee_tax = self.policy._planning_fee_tax()
        self.fee_partner_id = self.policy._provider(backend).id or 0
        self.words = self._words()
        self.bookings = Bookings(backend)
        self._accounts = {}
        self._rates = {}

    def _journal(self):
        journal = self.policy._value("clearing_journal_id")
        if not journal:
            raise PostingError("unknown_mapping", self._missing("clearing_journal_id"))
        return journal

    def _words(self):
        """Return the texts of shared lines in the user's language."""
        return {
            **WORDS,
            "wallet": self.env._(
                "Net of %(count)s {transaction|transactions}", count="%(count)s"
            ),
            "fees": self.env._("Fees: %(kind)s", kind="%(kind)s"),
            "fee_tax": self.env._("Tax on fees"),
            "summed": self.env._(
                "%(count)s {transaction|transactions}", count="%(count)s"
            ),
        }

    # ------------------------------------------------------------------
    # Slices
    # ------------------------------------------------------------------

    def prepare(self, wallet, rows, name, kind, batch=None):
        """Return the Prepared slices of rows of one wallet, by month.

        Late rows of a closed month that has entries of this wallet already are a
        correction in the next open one.

        :param name: what the entry is about, shown as its reference.
        :raises PostingError: if something is missing or the period is closed.
        """
        rows = company_values(self.env, wallet, rows)
        rows = self.bookings.with_bookings(rows, wallet.currency_id.name)
        prepared = []
        for month, of_month in slices.by_month(rows):
            for run in self._runs(of_month):
                prepared.append(self._prepared(wallet, batch, month, kind, run, name))
        return prepared

    def _runs(self, rows):
        if self.policy.detail == "summary":
            return slices.chunks(rows, SUMMARY_ROWS, lambda row: 1)
        return slices.chunks(rows)

    def _prepared(self, wallet, batch, month, kind, rows, name):
        day = slices.entry_date(rows)
        plan = self._plan(wallet, rows, day, name)
        if locks := self._locks(day, plan):
            if not (self.moves_dates or self._has_entries(wallet, month)):
                raise PostingError(
                    "closed_period", self._closed(day, locks, name), ("move_date",)
                )
            kind, day = "correction", self._first_open_day(day, plan)
            plan = self._plan(wallet, rows, day, name)
        return Prepared(
            wallet=wallet,
            batch=batch or self.env["settlement.batch"],
            month=month,
            kind=kind,
            plan=plan,
            rows=tuple(rows),
        )

    def _plan(self, wallet, rows, day, name):
        self._check_currencies(rows, wallet, day)
        try:
            return plan_slice(
                Slice(
                    date=day,
                    name=name,
                    rows=tuple(rows),
                    accounts=self.accounts(wallet),
                    currency_id=wallet.currency_id.id,
                    company_currency_id=self.company.currency_id.id,
                    rate=self.rate(wallet.currency_id, day),
                    expense_fees=self.policy.fees == "expense",
                    fee_partner_id=self.fee_partner_id,
                    fee_tax=self.fee_tax,
                    summary=self.policy.detail == "summary",
                    words=self.words,
                )
            )
        except MissingAccount as error:
            raise PostingError(
                "unknown_mapping", self.missing_account(error), ("map",)
            ) from error

    def accounts(self, wallet):
        """Return the accounts that hold for a wallet."""
        if wallet not in self._accounts:
            self._accounts[wallet] = self.policy._planning_accounts(wallet)
        return self._accounts[wallet]

    # ------------------------------------------------------------------
    # Currencies
    # ------------------------------------------------------------------

    def rate(self, currency, day):
        """Return the Rate of a currency on a day.

        :raises PostingError: if Odoo has no rate up to that day.
        """
        if (currency, day) not in self._rates:
            self._rates[currency, day] = self._read_rate(currency, day)
        return self._rates[currency, day]

    def _read_rate(self, currency, day):
        own = self.company.currency_id
        if currency == own:
            return Rate()
        self._require_rate(currency, day)
        value = currency._get_conversion_rate(currency, own, self.company, day)
        return Rate(Decimal(repr(value)), currency.decimal_places, own.decimal_places)

    def _require_rate(self, currency, day):
        """Odoo takes 1.0 where it has no rate; we never do."""
        known = self.env["res.currency.rate"].search_count(
            [
                ("currency_id", "=", currency.id),
                ("company_id", "in", (False, self.company.root_id.id)),
                ("name", "<=", day),
            ],
            limit=1,
        )
        if not known:
            raise PostingError(
                "rate_missing",
                self.env._(
                    "There is no rate of %(currency)s on %(day)s or before. Enter it, "
                    "then run again.",
                    currency=currency.name,
                    day=day,
                ),
                ("set_rate",),
            )

    def _check_currencies(self, rows, wallet, day):
        """Refuse a document in company currency that is far from what the rate says."""
        own = self.company.currency_id.id
        if wallet.currency_id.id == own:
            return
        tolerance = Decimal(str(self.policy.currency_tolerance_percent)) / 100
        for row in rows:
            for part in row.settled:
                if part.currency_id != own:
                    continue
                value = self.rate(wallet.currency_id, day).to_company(part.amount)
                if abs(value - part.amount_currency) > abs(value) * tolerance:
                    raise PostingError(
                        "currency_mismatch", self._too_far(row, part, value)
                    )

    def _too_far(self, row, part, value):
        currency = self.company.currency_id
        factor = 10**currency.decimal_places
        return self.env._(
            "%(row)s is worth %(value)s by the rate of its day, its document says "
            "%(document)s: further apart than the tolerance of %(percent)s %%. Check "
            "the rate, or undo the match.",
            row=row.label,
            value=currency.format(value / factor),
            document=currency.format(part.amount_currency / factor),
            percent=self.policy.currency_tolerance_percent,
        )

    # ------------------------------------------------------------------
    # Closed periods
    # ------------------------------------------------------------------

    def _locks(self, day, plan):
        """Return the lock dates that forbid an entry on ``day``.

        Odoo would post it all the same, on another day.
        """
        return self.locks(day, self._asks_tax_lock(plan))

    def locks(self, day, has_tax=False):
        """Return the lock dates that forbid an entry of ours on a day."""
        return self.company._get_violated_lock_dates(day, has_tax, self.journal)

    def _asks_tax_lock(self, plan):
        """Return whether the entry, or what reconciling it makes, carries tax."""
        if any(line.tax_id or line.repartition_line_id for line in plan.lines):
            return True
        items = [item for line in plan.lines for item in line.reconcile_with]
        return self.company.tax_exigibility and self._has_cash_basis(items)

    def _has_cash_basis(self, line_ids):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT 1
                  FROM account_move_line entry
                  JOIN account_move move ON move.id = entry.move_id
                 WHERE entry.id = ANY(%s) AND NOT move.always_tax_exigible
                 LIMIT 1
                """,
                line_ids,
            )
        )
        return bool(rows)

    def _first_open_day(self, day, plan):
        return self.first_open_day(day, self._asks_tax_lock(plan))

    def first_open_day(self, day, has_tax=False):
        """Return ``day``, or the first day after all locks that forbid it."""
        while locks := self.locks(day, has_tax):
            day = max(lock for lock, _field in locks) + timedelta(days=1)
        return day

    def _has_entries(self, wallet, month):
        return bool(
            self.env["settlement.posting"].search_count(
                [
                    ("wallet_id", "=", wallet.id),
                    ("month", "=", month),
                    ("state", "=", "posted"),
                ],
                limit=1,
            )
        )

    def _closed(self, day, locks, name):
        return self.env._(
            "%(entry)s belongs to %(day)s, and that period is closed (%(locks)s). Post "
            "it in the first open period, or ask for an exception to the lock.",
            entry=name,
            day=day,
            locks=self.company._format_lock_dates(locks),
        )

    # ------------------------------------------------------------------
    # What nobody has chosen yet
    # ------------------------------------------------------------------

    def missing_account(self, error):
        """Return in words which account is missing, and for what."""
        return self.env._(
            "A row of kind %(kind)s cannot be posted: %(missing)s",
            kind=error.kind,
            missing=self._missing(self._field_of(error.field)),
        )

    def _field_of(self, role):
        fields = self.env["settlement.posting.policy"]._account_fields()
        return fields.get(role) or {
            "wallet": "account_id",
            "in_transit": "in_transit_account_id",
        }.get(role, role)

    def _missing(self, field):
        holder = self.policy if field in self.policy._fields else None
        if holder is None:
            label = self.env["settlement.wallet"]._fields[field]
            return self.env._(
                "the wallet has no “%(field)s” (%(name)s). Set up its journal and "
                "accounts.",
                field=label._description_string(self.env),
                name=field,
            )
        return self.env._(
            "the posting policy of %(company)s has no “%(field)s” (%(name)s). Choose "
            "one.",
            company=self.company.name,
            field=holder._field_name(field),
            name=field,
        )
