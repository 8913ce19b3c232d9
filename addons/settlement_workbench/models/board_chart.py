import logging
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from odoo.addons.settlement.canonical import kinds
from odoo.addons.settlement.exceptions import severity as urgency
from odoo.addons.settlement.models.exception_queue import AGES

_logger = logging.getLogger(__name__)

DAYS = 30


class SettlementBoard(models.AbstractModel):
    """Charts of the board: a row of points, each of which may open what it counts."""

    _inherit = "settlement.board"

    @api.model
    def _chart_keys(self):
        """Return the charts in their order; ``_chart_<key>`` works each out."""
        return ["rate", "ageing", "proof", "flight"]

    @api.model
    def _charts(self, company):
        """Return all charts of a company."""
        keys = self._chart_keys()
        charts = self._each(keys, self._work_out_chart, company)
        return charts or [self._chart(key, company) for key in keys]

    @api.model
    def _chart(self, key, company):
        """Return one chart, or that it cannot be drawn now."""
        try:
            with self.env.cr.savepoint(flush=False):
                return self._work_out_chart(key, company)
        except Exception:  # pylint: disable=broad-except
            # A chart that cannot be drawn takes no other one with it.
            _logger.warning("chart %s of the board failed", key, exc_info=True)
            return {**self._chart_frame(key), "failed": True}

    @api.model
    def _work_out_chart(self, key, company):
        return {**self._chart_frame(key), **getattr(self, f"_chart_{key}")(company)}

    @api.model
    def _chart_frame(self, key):
        """Return a chart of nothing: labels, series of values, a way behind each."""
        label = {
            "rate": self.env._("Match rate by booking day"),
            "ageing": self.env._("Open exceptions by age"),
            "proof": self.env._("Wallets and payouts in transit"),
            "flight": self.env._("Money in flight by stage"),
        }[key]
        return {"key": key, "label": label, "labels": [], "series": [], "actions": []}

    @api.model
    def _days(self, first, last):
        return [first + timedelta(days=day) for day in range((last - first).days + 1)]

    @api.model
    def _day_labels(self, days):
        return [format_date(self.env, day, date_format="d MMM") for day in days]

    # ------------------------------------------------------------------
    # Match rate
    # ------------------------------------------------------------------

    @api.model
    def _chart_rate(self, company):
        """Say for each booking day what share of its rows is matched, by number."""
        until = self._newest_day(company)
        if not until:
            return {}
        since = until - timedelta(days=DAYS)
        needed, matched = defaultdict(int), defaultdict(int)
        for (day, _currency, state), (rows, *_sums) in self._needed_rows(
            company, since
        ).items():
            needed[day] += rows
            matched[day] += rows if state == "matched" else 0
        days = self._days(since, until)
        values = [self._share(matched[day], needed[day]) for day in days]
        return {
            "type": "line",
            "unit": "percent",
            "labels": self._day_labels(days),
            "series": [self._series(self.env._("Matched"), values)],
        }

    @api.model
    def _series(self, label, values):
        """Return one series; its points are drawn, not reckoned with."""
        return {
            "label": label,
            "values": [None if value is None else float(value) for value in values],
        }

    # ------------------------------------------------------------------
    # Ageing
    # ------------------------------------------------------------------

    @api.model
    def _chart_ageing(self, company):
        """Count the open exceptions by how long they have been open."""
        exceptions = self.env["settlement.exception"]
        domains = self._age_domains(company)
        counts = [exceptions.sudo().search_count(domain) for _name, domain in domains]
        if not any(counts):
            return {}
        # "Translated" labels of the ages are those of the field.
        names = dict(exceptions._fields["age"]._description_selection(self.env))
        return {
            "type": "bar",
            "unit": "count",
            "labels": [names[name] for name, _domain in domains],
            "series": [self._series(self.env._("Open exceptions"), counts)],
            "actions": [
                self._window(
                    names[name],
                    exceptions._name,
                    domain,
                    views=self._exception_views(),
                )
                for name, domain in domains
            ],
        }

    @api.model
    def _age_domains(self, company):
        """Return (bucket, domain) of each age, youngest first."""
        now = fields.Datetime.now().replace(microsecond=0)
        limits = {
            name: now - timedelta(hours=hours) for name, hours in urgency.AGE_BUCKETS
        }
        found, younger = [], None
        for name, _label in AGES:
            leaves = []
            if younger:
                leaves.append(("opened_at", "<=", fields.Datetime.to_string(younger)))
            younger = limits.get(name)
            if younger:
                leaves.append(("opened_at", ">", fields.Datetime.to_string(younger)))
            found.append((name, self._open_exceptions(company, *leaves)))
        return found

    # ------------------------------------------------------------------
    # Proofs
    # ------------------------------------------------------------------

    @api.model
    def _chart_proof(self, company):
        """Show what wallets held day by day, in the currency of most of them."""
        proofs = self.env["settlement.wallet.proof"]
        newest = proofs._newest(company)
        if not newest:
            return {}
        since = max(newest.mapped("day")) - timedelta(days=2 * DAYS)
        proofs = proofs.search(
            [("company_id", "=", company.id), ("day", ">=", since)], order="day"
        )
        by_currency = proofs.grouped("currency_id")
        currency = max(by_currency, key=lambda each: len(by_currency[each]))
        days = sorted(set(by_currency[currency].mapped("day")))[-DAYS:]
        columns = {
            "provider": self.env._("At the providers"),
            "ledger": self.env._("In the ledger"),
            "in_transit": self.env._("In transit"),
        }
        by_wallet = by_currency[currency].grouped("wallet_id").values()
        return {
            "type": "line",
            "unit": "money",
            "currency": currency.name,
            "labels": self._day_labels(days),
            "series": [
                self._series(label, self._carried(by_wallet, days, name))
                for name, label in columns.items()
            ],
        }

    @api.model
    def _carried(self, by_wallet, days, name):
        """Return the sum of all wallets on each day; each keeps its last value."""
        sums = [0.0] * len(days)
        for proofs in by_wallet:
            values = {proof.day: proof[name] for proof in proofs}
            known = 0.0
            for place, day in enumerate(days):
                known = values.get(day, known)
                sums[place] += known
        return sums

    # ------------------------------------------------------------------
    # In flight
    # ------------------------------------------------------------------

    @api.model
    def _chart_flight(self, company):
        """Show how much money stands at which stage on its way to the bank."""
        counters = self.env["settlement.counter"].sudo()
        sums = counters._sums(
            "transaction",
            company,
            ("currency_id", "kind", "state", "stage"),
            SQL(
                "starts_with(kind, 'target:') AND stage <> 'reconciled' "
                "AND state <> 'ignored'"
            ),
        )
        currencies = self.env["res.currency"]
        stages = dict.fromkeys(self._flight_stages(), Decimal())
        for (currency_id, kind, state, stage), (*_rows, volume) in sums.items():
            name = self._flight_stage(kind, state, stage)
            currency = currencies.browse(currency_id)
            major = self._minor_to_major(volume, currency)
            if name:
                stages[name] += self._in_company(company, major, currency)
        if not any(stages.values()):
            return {}
        labels = self._flight_stages()
        return {
            "type": "bar",
            "unit": "money",
            "currency": company.currency_id.name,
            "labels": [labels[name] for name in stages],
            "series": [self._series(self.env._("Amount"), list(stages.values()))],
            "actions": [
                self._window(
                    labels[name],
                    "settlement.transaction",
                    self._flight_domain(company, name),
                )
                for name in stages
            ],
        }

    @api.model
    def _flight_stages(self):
        return {
            "announced": self.env._("Announced"),
            "open": self.env._("To match"),
            "proposed": self.env._("Proposed"),
            "matched": self.env._("Matched"),
            "posted": self.env._("Posted"),
        }

    @api.model
    def _flight_stage(self, kind, state, stage):
        """Return at which stage such rows are, None for those that are on no way."""
        provider_state = kind.partition(":")[2]
        if provider_state in ("initiated", "acknowledged"):
            return "announced"
        if provider_state != "settled":
            return None
        if stage == "posted":
            return "posted"
        return state if state in ("open", "proposed", "matched") else None

    @api.model
    def _flight_domain(self, company, name):
        """Return the domain of the rows at a stage."""
        domain = [
            ("company_id", "=", company.id),
            ("is_current", "=", True),
            ("kind", "in", list(kinds.KINDS_WITH_TARGET)),
            ("match_state", "!=", "ignored"),
        ]
        if name == "announced":
            early = ["initiated", "acknowledged"]
            return [
                *domain,
                ("provider_state", "in", early),
                ("posting_state", "!=", "reconciled"),
            ]
        domain.append(("provider_state", "=", "settled"))
        if name == "posted":
            return [*domain, ("posting_state", "=", "posted")]
        return [
            *domain,
            ("posting_state", "not in", ["posted", "reconciled"]),
            ("match_state", "=", name),
        ]
