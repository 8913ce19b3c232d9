from datetime import datetime, time, timedelta

import pytz

from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.settlement.canonical.words import counted

from ..closing.period import last_working_day
from ..closing.result import BLOCKING, OK, UNKNOWN, WARNING, CheckResult


class SettlementCloseCheck(models.AbstractModel):
    """The checks of a period.

    Addons inherit this model, add (code, name, step) to ``_checks`` and answer in
    ``_check_<code>(close)`` with one result or several. A check reads as superuser:
    it limits itself to the company of the close.
    """

    _name = "settlement.close.check"
    _description = "Checks of a Period"

    @api.model
    def _checks(self):
        """Return (code, name, step) of each check, in the order of the work.

        A step is the name of a method of settlement.close.row that mends what the
        check found, "" for none.
        """
        return [
            ("feeds", self.env._("Feeds complete"), ""),
            ("statements", self.env._("Statements valid and complete"), ""),
            ("batches", self.env._("Payouts balanced and posted"), ""),
        ]

    @api.model
    def _step_labels(self):
        """Return how people see each step."""
        return {}

    @api.model
    def _run(self, close):
        """Return (result, name, step) of each check of a period, in order."""
        found = []
        for code, name, step in self._checks():
            for result in self._results(code, close):
                found.append((result, name, step))
        return found

    @api.model
    def _results(self, code, close):
        """Return the results of one check; what cannot be computed is not known."""
        try:
            with self.env.cr.savepoint():
                results = getattr(self, f"_check_{code}")(close)
        except UserError as error:
            return [CheckResult(code, UNKNOWN, str(error))]
        return results if isinstance(results, list) else [results]

    # ------------------------------------------------------------------
    # Words and money
    # ------------------------------------------------------------------

    @api.model
    def _minor(self, amount, currency):
        """Return an amount as minor units of its currency, without sign."""
        return abs(round(amount * 10**currency.decimal_places))

    @api.model
    def _money(self, close, minor):
        """Return minor units of the company's currency as people read them."""
        currency = close.currency_id
        return currency.format(currency.round(minor / 10**currency.decimal_places))

    @api.model
    def _in_company_minor(self, close, records, field):
        """Return the absolute sum of a field of records in company currency."""
        total = 0
        for currency, found in records.grouped("currency_id").items():
            amount = sum(abs(each[field]) for each in found)
            converted = currency._convert(
                amount, close.currency_id, close.company_id, close.day
            )
            total += self._minor(converted, close.currency_id)
        return total

    @api.model
    def _wallets(self, close):
        """Return the wallets whose money is in the books at the end of the period."""
        return self.env["settlement.wallet"].search(
            [
                ("company_id", "=", close.company_id.id),
                ("is_ledger", "=", False),
                ("opening_date", "!=", False),
                ("opening_date", "<=", close.day),
            ]
        )

    # ------------------------------------------------------------------
    # Did everything arrive?
    # ------------------------------------------------------------------

    @api.model
    def _check_feeds(self, close):
        """No window of a feed failed or is missing, and each reaches the end."""
        backends = self._wallets(close).backend_id
        if not backends:
            sentence = self.env._("No bank or provider is in the books yet.")
            return CheckResult("feeds", UNKNOWN, sentence)
        gaps = self._gaps(close, backends)
        if gaps:
            words = {f"{gap.backend_id.name} {gap.stream}" for gap in gaps}
            return CheckResult(
                "feeds",
                BLOCKING,
                counted(
                    self.env._(
                        "%(count)s {period failed or was|periods failed or "
                        "were} never asked for: %(names)s. Pull {it|them} "
                        "again.",
                        count=len(gaps),
                        names=", ".join(sorted(words)),
                    ),
                    len(gaps),
                ),
                notes=self._reach_figures(backends),
                model=gaps._name,
                ids=tuple(gaps.ids),
            )
        return self._feeds_reach(close, backends)

    @api.model
    def _gaps(self, close, backends):
        start = datetime.combine(close.period, time.min)
        end = datetime.combine(close.day, time.max)
        return self.env["settlement.gap"].search(
            [
                ("backend_id", "in", backends.ids),
                ("since", "<=", end),
                ("until", ">", start),
            ]
        )

    @api.model
    def _feeds_reach(self, close, backends):
        short = backends.filtered(lambda each: not self._reaches_end(close, each))
        notes = self._reach_figures(backends)
        if not short:
            return CheckResult(
                "feeds",
                OK,
                counted(
                    self.env._(
                        "{The one feed is|All %(count)s feeds are} "
                        "complete up to %(day)s.",
                        count=len(backends),
                        day=close.day,
                    ),
                    len(backends),
                ),
                model=backends._name,
                ids=tuple(backends.ids),
                notes=notes,
            )
        return CheckResult(
            "feeds",
            BLOCKING,
            self.env._(
                "Nothing has come up to %(day)s from %(names)s. Pull it, or ask for "
                "the file.",
                day=close.day,
                names=", ".join(short.mapped("name")),
            ),
            model=short._name,
            ids=tuple(short.ids),
            notes=notes,
        )

    @api.model
    def _reach_figures(self, backends):
        never = self.env._("nothing yet")
        return tuple(
            (backend.name, str(self._heard_up_to(backend) or never))
            for backend in backends
        )

    @api.model
    def _reaches_end(self, close, backend):
        """Return whether a source has told of all of the period."""
        heard = self._heard_up_to(backend)
        end = close.day
        if not backend._can_be_pulled():
            # Files of banks come for working days.
            end = last_working_day(end)
        return bool(heard and heard >= end)

    @api.model
    def _heard_up_to(self, backend):
        """Return the last day of which a source has told, or None."""
        has_rows = self.env["settlement.transaction"].search_count(
            [("wallet_id", "in", backend.wallet_ids.ids), ("is_current", "=", True)],
            limit=1,
        )
        days = [backend._newest_day()] if has_rows else []
        window = self.env["settlement.window"].search(
            [("backend_id", "=", backend.id), ("state", "!=", "failed")],
            order="until desc",
            limit=1,
        )
        if window:
            # Only of days that are over it has told everything.
            zone = pytz.timezone(backend.timezone or "UTC")
            until = pytz.utc.localize(window.until).astimezone(zone).date()
            days.append(until - timedelta(days=1))
        statement = self.env["settlement.batch"].search(
            [
                ("backend_id", "=", backend.id),
                ("kind", "=", "statement"),
                ("date", "!=", False),
            ],
            order="date desc",
            limit=1,
        )
        days.append(statement.date or None)
        return max(filter(None, days), default=None)

    # ------------------------------------------------------------------
    # Does it add up, and is it in the ledger?
    # ------------------------------------------------------------------

    @api.model
    def _batches(self, close, kinds):
        return self.env["settlement.batch"].search(
            [
                ("wallet_id", "in", self._wallets(close).ids),
                ("kind", "in", kinds),
                ("date", "<=", close.day),
                ("date", ">=", close.period),
            ],
            order="date, id",
        )

    @api.model
    def _check_statements(self, close):
        """Each statement adds up, and goes on from the one before it."""
        statements = self._batches(close, ("statement", "day"))
        if not statements:
            state = UNKNOWN if any(self._wallets(close).mapped("is_bank")) else OK
            sentence = self.env._("There is no bank statement of this month.")
            return CheckResult("statements", state, sentence)
        broken = statements.filtered(
            lambda each: each.state == "open"
            or each._balance_break()
            or (each.lists_rows and not each.currency_id.is_zero(each.difference))
        ) | self._discontinued(statements)
        silent = self._wallets(close).filtered("is_bank") - statements.wallet_id
        if silent and not broken:
            return CheckResult(
                "statements",
                UNKNOWN,
                self.env._(
                    "There is no statement of this month of %(names)s.",
                    names=", ".join(silent.mapped("display_name")),
                ),
                model=silent._name,
                ids=tuple(silent.ids),
            )
        if not broken:
            return CheckResult(
                "statements",
                OK,
                counted(
                    self.env._(
                        "{The one statement adds|All %(count)s statements "
                        "add} up and {follows the one before|follow one "
                        "another}.",
                        count=len(statements),
                    ),
                    len(statements),
                ),
                model=statements._name,
                ids=tuple(statements.ids),
            )
        return CheckResult(
            "statements",
            BLOCKING,
            self.env._(
                "%(bad)s of %(count)s statements are not complete, do not add up or "
                "do not follow one another.",
                bad=len(broken),
                count=len(statements),
            ),
            amount_minor=self._statement_gap(close, broken),
            model=broken._name,
            ids=tuple(broken.ids),
        )

    @api.model
    def _discontinued(self, statements):
        """Return the statements that do not go on from those before them."""
        return (
            self.env["settlement.exception"]
            .search(
                [
                    ("batch_id", "in", statements.ids),
                    ("reason", "in", ("balance_gap", "batch_unbalanced")),
                    ("state", "in", ("open", "in_progress", "waiting_approval")),
                ]
            )
            .batch_id
        )

    @api.model
    def _statement_gap(self, close, statements):
        total = 0
        for statement in statements:
            gap = statement._balance_break() or statement.difference
            converted = statement.currency_id._convert(
                abs(gap), close.currency_id, close.company_id, close.day
            )
            total += self._minor(converted, close.currency_id)
        return total

    @api.model
    def _check_batches(self, close):
        """Each payout and report of the period is balanced and in the ledger."""
        batches = self._batches(close, ("payout", "settlement", "statement", "day"))
        late = batches.filtered(lambda each: each.state not in ("posted", "reconciled"))
        if not batches:
            sentence = self.env._("There is no payout or statement of this month.")
            return CheckResult("batches", UNKNOWN, sentence)
        if not late:
            sentence = counted(
                self.env._(
                    "{The one payout or statement is|All "
                    "%(count)s payouts and statements are} in "
                    "the ledger.",
                    count=len(batches),
                ),
                len(batches),
            )
            return CheckResult(
                "batches", OK, sentence, model=batches._name, ids=tuple(batches.ids)
            )
        amount = self._in_company_minor(close, late, "total")
        return CheckResult(
            "batches",
            BLOCKING,
            self.env._(
                "%(bad)s of %(count)s are not posted, %(amount)s in all.",
                bad=len(late),
                count=len(batches),
                amount=self._money(close, amount),
            ),
            figures=tuple((each.display_name, each.state) for each in late[:20]),
            amount_minor=amount,
            model=late._name,
            ids=tuple(late.ids),
        )

    @api.model
    def _listed(self, code, records, good, bad, state=BLOCKING, **values):
        """Return a check that is good if there are no ``records``.

        :param good, bad: the sentences.
        """
        if not records:
            return CheckResult(code, OK, good)
        return CheckResult(
            code, state, bad, model=records._name, ids=tuple(records.ids), **values
        )

    @api.model
    def _state_if(self, is_blocking):
        return BLOCKING if is_blocking else WARNING
