from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ..canonical.money import to_minor
from ..canonical.words import counted
from ..mapping.rules import UNKNOWN, code_key
from .exception import OPEN_STATES

EXAMPLES = 3


class SettlementSourceCode(models.Model):
    """A code that a backend has sent and whose meaning nobody knew.

    It is what the exception is about: one for the code, not one for each row.
    """

    _name = "settlement.source.code"
    _description = "Unknown Code of a Source"
    _order = "backend_id, code, id"
    _rec_name = "code"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, index=True)
    backend_id = fields.Many2one(
        "settlement.backend", required=True, ondelete="cascade", check_company=True
    )
    code = fields.Char(required=True)

    _code_uniq = models.Constraint(
        "UNIQUE (backend_id, code)", "A code of a backend is known once."
    )

    @api.model
    def _show_stage(self, backend, is_revised):
        """Say of the codes of facts that were stored just now how much waits.

        :param is_revised: whether rows changed; then codes may be settled that none
            of the new rows has any more.
        """
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT source_code FROM settlement_stage "
                "WHERE starts_with(source_code, %s)",
                UNKNOWN,
            )
        )
        codes = {code_key(code) for (code,) in rows}
        if is_revised:
            codes |= set(self._open(backend).mapped("code"))
        if codes:
            self._refresh(backend, sorted(codes))

    @api.model
    def _open(self, backend):
        """Return the codes of a backend that an open exception is about."""
        exceptions = self.env["settlement.exception"].search(
            [
                ("source_code_id.backend_id", "=", backend.id),
                ("state", "in", OPEN_STATES),
            ]
        )
        return exceptions.source_code_id

    @api.model
    def _refresh(self, backends, codes):
        """Open, correct or close the exceptions of some codes."""
        exceptions = self.env["settlement.exception"]
        for backend in backends:
            waiting = self._waiting(backend, codes)
            for record in self._of(backend, sorted(waiting)):
                exceptions._raise_for(
                    record,
                    "unknown_mapping",
                    record._sentence(waiting[record.code]),
                    fixes=("map",),
                    **self._money(waiting[record.code]),
                )
            known = self.search(
                [("backend_id", "=", backend.id), ("code", "in", list(codes))]
            )
            settled = known.filtered(lambda record, now=waiting: record.code not in now)
            exceptions._clear_for(settled, ["unknown_mapping"])

    @api.model
    def _of(self, backend, codes):
        """Return the records of some codes of a backend, new ones included."""
        known = self.search([("backend_id", "=", backend.id), ("code", "in", codes)])
        # The pipeline may run for someone who may not create them.
        created = self.sudo().create(
            [
                {
                    "company_id": backend.company_id.id,
                    "backend_id": backend.id,
                    "code": code,
                }
                for code in sorted(set(codes) - set(known.mapped("code")))
            ]
        )
        return known | created.sudo(self.env.su)

    @api.model
    def _waiting(self, backend, codes):
        """Return what waits for a meaning: code → list of (currency, …) rows."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT source_code, currency_id, count(*), sum(gross_amount)::text,
                       min(booked_on), max(booked_on),
                       (array_agg(external_id ORDER BY booked_on, id))[1:%(examples)s]
                  FROM settlement_transaction
                 WHERE backend_id = %(backend)s
                   AND source_code = ANY(%(codes)s)
                   AND is_current AND mapping_id IS NULL
                   AND starts_with(source_code, 'unknown:')
                 GROUP BY source_code, currency_id
                 ORDER BY source_code, currency_id
                """,
                backend=backend.id,
                codes=[f"{UNKNOWN}{code}" for code in codes],
                examples=EXAMPLES,
            )
        )
        waiting = {}
        for code, *values in rows:
            waiting.setdefault(code_key(code), []).append(values)
        return waiting

    @api.model
    def _money(self, groups):
        """Return what hangs on a code, if its rows are all in one currency."""
        if len(groups) != 1:
            return {}
        currency = self.env["res.currency"].browse(groups[0][0])
        minor = to_minor(abs(Decimal(groups[0][2])), currency.name)
        return {"amount_minor": minor, "currency": currency}

    def _sentence(self, groups):
        """Return in words how many rows of a code wait, their sums and examples."""
        self.ensure_one()
        currencies = self.env["res.currency"]
        sums = [
            currencies.browse(currency_id).format(float(total))
            for currency_id, _count, total, *_rest in groups
        ]
        examples = [name for *_rest, names in groups for name in names]
        return counted(
            self.env._(
                "%(count)s {row|rows} of %(backend)s from %(first)s "
                "to %(last)s {moves|move} %(sums)s in all as "
                "%(code)s, a code that has no meaning here yet "
                "(such as %(examples)s). {It is kept as an "
                "adjustment|They are kept as adjustments} until "
                "someone maps the code.",
                count=sum(count for _currency, count, *_rest in groups),
                backend=self.backend_id.name,
                first=min(group[3] for group in groups),
                last=max(group[4] for group in groups),
                sums=" + ".join(sums),
                code=self.code or "?",
                examples=", ".join(examples[:EXAMPLES]),
            ),
            sum((count for _currency, count, *_rest in groups)),
        )

    def _rows(self):
        """Return the transactions that wait for a meaning of these codes."""
        transactions = self.env["settlement.transaction"]
        for record in self:
            transactions |= transactions.search(
                [
                    ("backend_id", "=", record.backend_id.id),
                    ("source_code", "=", f"{UNKNOWN}{record.code}"),
                    ("is_current", "=", True),
                    ("mapping_id", "=", False),
                ]
            )
        return transactions

    def _let_exceptions_wait(self, mapping, state):
        """Let the open exceptions about these codes wait for an approver, or not.

        :param mapping: what they wait for, or waited for.
        :param state: ``waiting_approval``, or ``in_progress`` once it is decided.
        """
        # Submitting or deciding on a mapping is what moves them.
        exceptions = self.env["settlement.exception"].sudo()
        found = exceptions.search(
            [
                ("subject_model", "=", self._name),
                ("subject_id", "in", self.ids),
                ("state", "in", OPEN_STATES),
            ]
        )
        if state != "waiting_approval":
            found = found.filtered(
                lambda each: each.state == "waiting_approval"
                and each.mapping_id == mapping
            )
        waiting = mapping._approvals("waiting")[:1]
        found._set_state(state, mapping_id=mapping.id, approval_id=waiting.id)
