from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from odoo.addons.settlement.canonical import kinds
from odoo.addons.settlement.canonical.words import counted

WINDOWS = (7, 30, 90)
METHOD_DAYS = 30
# Rows of these states still need a target.
UNMATCHED = ("open", "proposed", "ignored")
NEEDED = (*UNMATCHED, "matched")
SETTLED = ("paid", "in_payment", "reversed")
CONFIRMED = ("confirmed", "posted")
# A match rate below this is worth a look.
GOOD_RATE = 95


class SettlementBoard(models.AbstractModel):
    """How much was matched: by number, by amount, by invoice, and by which method."""

    _inherit = "settlement.board"

    # ------------------------------------------------------------------
    # Rates
    # ------------------------------------------------------------------

    @api.model
    def _tile_match(self, company):
        """Say what share of rows, money and invoices of the last days is settled."""
        until = self._newest_day(company)
        if not until:
            return self._tile_values([])
        rows = self._needed_rows(company, until - timedelta(days=max(WINDOWS)))
        invoices = self._invoice_counts(company, until - timedelta(days=max(WINDOWS)))
        figures = []
        for days in WINDOWS:
            since = until - timedelta(days=days)
            figures += self._rate_figures(company, days, since, rows)
            figures.append(self._invoice_figure(company, days, since, invoices))
        return self._tile_values(figures, *self._match_verdict(figures, until))

    @api.model
    def _newest_day(self, company):
        """Return the newest day on which something was booked that needs a match.

        The days of a rate end there: a source that is silent is told of elsewhere.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT max(day) FROM settlement_counter WHERE company_id = %s "
                "AND subject = 'transaction' AND starts_with(kind, 'target:') "
                "AND state IN %s AND rows > 0 AND day <= %s",
                company.id,
                NEEDED,
                fields.Date.context_today(self),
            )
        )
        return rows[0][0]

    @api.model
    def _needed_rows(self, company, since):
        """Return (day, currency, state) → (rows, amount, volume) that need a target.

        Amounts are in minor units of their currency.
        """
        counters = self.env["settlement.counter"].sudo()
        sums = counters._sums(
            "transaction",
            company,
            ("day", "currency_id", "state"),
            SQL(
                "starts_with(kind, 'target:') AND state IN %s AND day >= %s",
                NEEDED,
                since,
            ),
        )
        currencies = self.env["res.currency"]
        return {
            (day, currencies.browse(currency), state): values
            for (day, currency, state), values in sums.items()
        }

    @api.model
    def _rate_figures(self, company, days, since, rows):
        """Return the rates by number and by amount of one window."""
        needed, open_count = 0, 0
        volume, open_volume = Decimal(), Decimal()
        open_amounts = defaultdict(Decimal)
        for (day, currency, state), (count, amount, absolute) in rows.items():
            if day < since:
                continue
            needed += count
            major = self._minor_to_major(absolute, currency)
            worth = self._in_company(company, major, currency)
            volume += worth
            if state in UNMATCHED:
                open_count += count
                open_volume += worth
                open_amounts[currency] += self._minor_to_major(amount, currency)
        common = {
            "group": self.env._("%(days)s days", days=days),
            "action": self._window(
                self.env._("Not Matched, Last %(days)s Days", days=days),
                "settlement.transaction",
                self._unmatched_domain(company, since),
            ),
            "count": open_count,
            "sum": self._single_sum(open_amounts),
        }
        by_count = self._share(needed - open_count, needed)
        by_amount = self._share(volume - open_volume, volume)
        return [
            self._figure(
                f"match.count.{days}",
                self.env._("By number"),
                by_count,
                "percent",
                **common,
            ),
            self._figure(
                f"match.amount.{days}",
                self.env._("By amount"),
                by_amount,
                "percent",
                **common,
            ),
        ]

    @api.model
    def _unmatched_domain(self, company, since):
        return [
            ("company_id", "=", company.id),
            ("is_current", "=", True),
            ("kind", "in", list(kinds.KINDS_WITH_TARGET)),
            ("match_state", "in", list(UNMATCHED)),
            ("booked_on", ">=", fields.Date.to_string(since)),
        ]

    @api.model
    def _single_sum(self, amounts):
        """Return what the list adds up to, if it is in one currency."""
        if len(amounts) != 1:
            return None
        (amount,) = amounts.values()
        return {"field": "gross_amount", "value": str(amount)}

    @api.model
    def _share(self, part, whole):
        """Return a share in percent, cut to one digit; None of nothing."""
        if not whole:
            return None
        # Cut, not rounded: 100.0 says that nothing is left.
        return (1000 * Decimal(part) // Decimal(whole)) / 10

    @api.model
    def _invoice_counts(self, company, since):
        """Return (day, payment state) → (invoices, amount) of posted invoices."""
        counters = self.env["settlement.counter"].sudo()
        return counters._sums(
            "invoice", company, ("day", "state"), SQL("day >= %s", since)
        )

    @api.model
    def _invoice_figure(self, company, days, since, invoices):
        """Return the share of customer invoices of one window that are settled."""
        needed, open_count, open_amount = 0, 0, Decimal()
        for (day, state), (count, amount, _absolute) in invoices.items():
            if day < since:
                continue
            needed += count
            if state not in SETTLED:
                open_count += count
                open_amount += amount
        domain = [
            ("company_id", "=", company.id),
            ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"),
            ("invoice_date", ">=", fields.Date.to_string(since)),
            ("payment_state", "not in", list(SETTLED)),
        ]
        amount = self._exact(open_amount, company.currency_id)
        return self._figure(
            f"match.invoice.{days}",
            self.env._("By invoice"),
            self._share(needed - open_count, needed),
            "percent",
            group=self.env._("%(days)s days", days=days),
            action=self._window(
                self.env._("Invoices Not Settled, Last %(days)s Days", days=days),
                "account.move",
                domain,
            ),
            count=open_count,
            sum={"field": "amount_total_signed", "value": str(amount)},
        )

    @api.model
    def _match_verdict(self, figures, until):
        """Return (state, sentence): what the middle window says."""
        by_kpi = {figure["kpi"]: figure for figure in figures}
        figure = by_kpi[f"match.count.{METHOD_DAYS}"]
        state = "ok" if Decimal(figure["value"] or 0) >= GOOD_RATE else "warning"
        return state, counted(
            self.env._(
                "%(count)s {row|rows} of the %(days)s days "
                "up to %(until)s {is|are} not matched.",
                count=figure["count"],
                days=METHOD_DAYS,
                until=format_date(self.env, until),
            ),
            figure["count"],
        )

    # ------------------------------------------------------------------
    # Methods
    # ------------------------------------------------------------------

    @api.model
    def _tile_method(self, company):
        """Say how matches of the last days were found."""
        since = fields.Date.context_today(self) - timedelta(days=METHOD_DAYS)
        counters = self.env["settlement.counter"].sudo()
        sums = counters._sums(
            "match",
            company,
            ("kind", "stage"),
            SQL("state IN %s AND day >= %s", CONFIRMED, since),
        )
        by_method, by_hand = defaultdict(int), 0
        for (method, stage), (count, _amount, _volume) in sums.items():
            by_method[method] += count
            by_hand += count if stage == "manual" else 0
        figures = self._method_figures(company, since, by_method)
        total = sum(by_method.values())
        if not total:
            return self._tile_values([])
        return self._tile_values(
            figures,
            "ok",
            counted(
                self.env._(
                    "%(share)s %% of %(count)s {match|matches} of the last "
                    "%(days)s days needed nobody.",
                    share=self._share(total - by_hand, total),
                    count=total,
                    days=METHOD_DAYS,
                ),
                total,
            ),
        )

    @api.model
    def _method_figures(self, company, since, by_method):
        matches = self.env["settlement.match"]
        names = dict(matches._fields["method"]._description_selection(self.env))
        return [
            self._counted(
                f"method.{method}",
                names[method],
                "settlement.match",
                [
                    ("company_id", "=", company.id),
                    ("method", "=", method),
                    ("state", "in", list(CONFIRMED)),
                    ("decided_at", ">=", f"{since} 00:00:00"),
                ],
                value=by_method[method],
            )
            for method in names
            if by_method.get(method)
        ]
