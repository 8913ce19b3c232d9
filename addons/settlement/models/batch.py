from odoo import api, fields, models

from ..canonical import kinds, money
from ..canonical.errors import MalformedInput
from ..canonical.facts import ZERO
from .big_integer import BigInteger, minor_units
from .transaction_state import PROVIDER_STATES

BATCH_KINDS = [(kind, kind.capitalize()) for kind in kinds.BATCH_KINDS]
STATES = [
    ("open", "Open"),
    ("complete", "Complete"),
    ("validated", "Validated"),
    ("posted", "Posted"),
    ("reconciled", "Reconciled"),
]
# By which a payout is found at the bank: told once, whoever speaks of it later.
BANK_TEXTS = ("reference", "descriptor")
# Entering one of these from open says that all of it is there.
COMPLETE_STATES = ("complete", "validated")


class SettlementBatch(models.Model):
    """A payout, settlement report or bank statement with its lines."""

    _name = "settlement.batch"
    _description = "Settlement Batch"
    _inherit = ["settlement.hashed", "settlement.exception.subject"]
    _order = "date desc, id desc"
    _rec_name = "external_id"
    _check_company_auto = True
    # A source describes a batch again as it moves on; the latest event counts.
    _can_be_resealed = True
    _hashed_fields = (
        "company_id",
        "backend_id",
        "wallet_id",
        "currency_id",
        "kind",
        "external_id",
        "date",
        "expected_on",
        "opening_balance",
        "closing_balance",
        "total",
        "reference",
        "descriptor",
        "sequence",
        "provider_state",
        "payout_external_id",
        "is_complete_at_source",
        "lists_rows",
    )

    company_id = fields.Many2one("res.company", required=True, index=True)
    backend_id = fields.Many2one(
        "settlement.backend", required=True, index=True, ondelete="restrict"
    )
    wallet_id = fields.Many2one("settlement.wallet", required=True, ondelete="restrict")
    currency_id = fields.Many2one("res.currency", required=True)
    message_id = fields.Many2one("settlement.message", index="btree_not_null")
    kind = fields.Selection(BATCH_KINDS, required=True)
    external_id = fields.Char("Source ID", required=True)
    date = fields.Date(index=True)
    expected_on = fields.Date(help="The day the money should arrive at the bank.")
    opening_balance = fields.Monetary()
    closing_balance = fields.Monetary()
    has_balances = fields.Boolean(help="The source stated opening and closing balance.")
    total = fields.Monetary(help="Sum of the lines' net; a payout row is no line.")
    total_minor = BigInteger()
    is_stated = fields.Boolean(
        help="The source described this batch itself, not only its lines."
    )
    is_complete_at_source = fields.Boolean(
        help="The source will add no more lines to this batch."
    )
    lists_rows = fields.Boolean(
        default=True, help="The source says which rows are inside."
    )
    sequence = fields.Integer()
    reference = fields.Char(help="Trace id that the bank line will carry.")
    descriptor = fields.Char(help="Text on the bank line.")
    provider_state = fields.Selection(PROVIDER_STATES, required=True, default="settled")
    payout_external_id = fields.Char()
    source_version_at = fields.Datetime()
    payout_transaction_id = fields.Many2one(
        "settlement.transaction", compute="_compute_payout_transaction_id"
    )
    transaction_ids = fields.One2many(
        "settlement.transaction", "batch_id", domain=[("is_current", "=", True)]
    )
    transaction_count = fields.Integer(compute="_compute_line_totals")
    difference = fields.Monetary(
        compute="_compute_line_totals", help="Total less the sum of the lines' net."
    )
    state = fields.Selection(
        STATES, required=True, default="open", readonly=True, index=True
    )

    _identity_uniq = models.Constraint(
        "UNIQUE (wallet_id, kind, external_id)",
        "A wallet has each batch of its source once.",
    )

    @api.depends("kind", "total", "currency_id", "date", "reference", "external_id")
    def _compute_display_name(self):
        """Say what people would: a payout by its money, a statement by its number."""
        words = dict(self._fields["kind"]._description_selection(self.env))
        for batch in self:
            name = batch.reference or batch.external_id
            if batch.kind == "payout":
                name = batch.currency_id.format(batch.total)
            day = batch.date.isoformat() if batch.date else ""
            batch.display_name = f"{words.get(batch.kind, '')} {name} {day}".strip()

    @api.depends("transaction_ids.kind")
    def _compute_payout_transaction_id(self):
        rows = self.env["settlement.transaction"].search(
            [
                ("batch_id", "in", self.ids),
                ("kind", "=", "payout"),
                ("is_current", "=", True),
            ]
        )
        by_batch = {row.batch_id.id: row for row in rows}
        for batch in self:
            batch.payout_transaction_id = by_batch.get(batch.id, False)

    @api.depends("transaction_ids.net_amount", "total")
    def _compute_line_totals(self):
        groups = self.env["settlement.transaction"]._read_group(
            [
                ("batch_id", "in", self.ids),
                ("kind", "!=", "payout"),
                ("is_current", "=", True),
            ],
            ["batch_id"],
            ["net_amount:sum", "__count"],
        )
        sums = {batch.id: (net, count) for batch, net, count in groups}
        for batch in self:
            net, count = sums.get(batch.id, (0.0, 0))
            batch.transaction_count = count
            batch.difference = batch.currency_id.round(batch.total - net)

    def _exception_money(self, reason):
        """Return the money of an exception: what is missing, else the total.

        :return: minor units, currency.
        """
        self.ensure_one()
        if reason == "batch_unbalanced" and self.difference:
            return minor_units(self.difference, self.currency_id), self.currency_id
        if reason == "balance_gap" and self._balance_break():
            return minor_units(self._balance_break(), self.currency_id), (
                self.currency_id
            )
        return self.total_minor, self.currency_id

    def _balance_break(self):
        """Return the closing balance less what opening and movements give."""
        self.ensure_one()
        if not self.has_balances:
            return 0.0
        expected = self.opening_balance + self.total
        return self.currency_id.round(self.closing_balance - expected)

    def _set_state(self, state):
        """Move batches to ``state``; the one place that does."""
        changing = self.filtered(lambda batch: batch.state != state)
        completed = changing.filtered(lambda batch: batch.state == "open")
        for batch in changing:
            batch.write({"state": state})
        if state in COMPLETE_STATES:
            completed._after_completion()

    def _after_completion(self):
        """Do what follows when all of a batch is there; addons extend this."""
        for batch in self:
            self.env["settlement.event"]._log(
                "batch.completed", batch, after={"total_minor": batch.total_minor}
            )
        self.env["settlement.backend"]._run_hook("on_batch_complete_action_id", self)

    # ------------------------------------------------------------------
    # Storing
    # ------------------------------------------------------------------

    @api.model
    def _ensure(self, keys):
        """Make sure that batches exist which rows name before they are described.

        :param keys: list of (wallet id, kind, external id).
        """
        known = {
            (batch.wallet_id.id, batch.kind, batch.external_id)
            for batch in self.search(
                [("external_id", "in", [external_id for *_rest, external_id in keys])]
            )
        }
        wallets = self.env["settlement.wallet"]
        created = self.create(
            [
                {
                    **self._wallet_values(wallets.browse(wallet_id)),
                    "kind": kind,
                    "external_id": external_id,
                }
                for wallet_id, kind, external_id in keys
                if (wallet_id, kind, external_id) not in known
            ]
        )
        for backend, batches in created.grouped("backend_id").items():
            self.env["settlement.event"]._log("batch.stored", backend, rows=batches)

    @api.model
    def _wallet_values(self, wallet):
        return {
            "company_id": wallet.company_id.id,
            "backend_id": wallet.backend_id.id,
            "wallet_id": wallet.id,
            "currency_id": wallet.currency_id.id,
        }

    @api.model
    def _store_facts(self, backend, facts, rejected):
        """Create or refresh batches as their source describes them now.

        :param facts: list of (message, BatchFact).
        :param rejected: list to which what cannot be stored is appended.
        :return: how many were created or changed.
        """
        store = self.env["settlement.fact.store"]
        wallets = store._wallets_of(backend)
        changed = self.browse()
        for number, (message, fact) in enumerate(facts, 1):
            try:
                wallet = store._wallet_of(backend, wallets, fact)
                changed |= self._store_fact(wallet, message, fact)
            except MalformedInput as error:
                rejected.append((message, store._refused(number, fact, error)))
        changed._seal_rows()
        if changed:
            self.env["settlement.event"]._log("batch.stored", backend, rows=changed)
        return len(changed)

    @api.model
    def _store_fact(self, wallet_id, message, fact):
        """Store one BatchFact; return the batch if anything of it is new."""
        wallet = self.env["settlement.wallet"].browse(wallet_id)
        values = self._fact_values(fact)
        batch = self.search(
            [
                ("wallet_id", "=", wallet_id),
                ("kind", "=", fact.kind),
                ("external_id", "=", fact.external_id),
            ]
        )
        if not batch:
            return self.create(
                {**self._wallet_values(wallet), **values, "message_id": message.id}
            )
        values = batch._completed(values, batch._is_older(fact))
        if not batch._differs(values):
            return self.browse()
        batch._before_restated(values)
        batch.write({**values, "message_id": message.id})
        if batch.state == "complete" or batch._is_wrongly_validated():
            batch._set_state("open")
        return batch

    def _completed(self, values, is_older):
        """Return what is to be stored of what a source says now.

        Who says that a payout came back may not say how it went: what the bank shows
        stays known, in whatever order both are told.

        :param values: field values of the fact.
        :param is_older: whether a later version of it is known already.
        """
        self.ensure_one()
        if is_older:
            texts = {name: self[name] or values[name] for name in BANK_TEXTS}
            return {"total_minor": self.total_minor, **texts}
        return values | {name: values[name] or self[name] for name in BANK_TEXTS}

    def _is_wrongly_validated(self):
        """Return whether a valid batch is that no more by what its source says now."""
        self.ensure_one()
        return self.state == "validated" and bool(
            not self._is_whole() or self._validation_findings()
        )

    def _before_restated(self, values):
        """Let go of what stands on what the source said of this batch so far.

        Addons extend this.

        :param values: what the source says now.
        """

    def _is_older(self, fact):
        """Return whether we already know a later version of this batch."""
        return bool(
            self.is_stated
            and self.source_version_at
            and fact.source_version_at
            and fact.source_version_at < self.source_version_at
        )

    def _differs(self, values):
        """Return whether any of ``values`` is not what the batch says already."""
        return any(
            (self.currency_id.compare_amounts(self[name], value) != 0)
            if self._fields[name].type == "monetary"
            else (self[name] or False) != (value or False)
            for name, value in values.items()
        )

    @api.model
    def _fact_values(self, fact):
        """Return the field values of a BatchFact.

        :raises MalformedInput: if an amount is finer than its currency allows.
        """
        amounts = {
            "total": fact.total,
            "opening_balance": fact.opening_balance or ZERO,
            "closing_balance": fact.closing_balance or ZERO,
        }
        minor = {
            name: money.to_minor(amount, fact.currency)
            for name, amount in amounts.items()
        }
        # Checked in minor units; the ORM's monetary fields take floats.
        return {
            **{name: float(amount) for name, amount in amounts.items()},
            "total_minor": minor["total"],
            "kind": fact.kind,
            "external_id": fact.external_id,
            "date": fact.date,
            "expected_on": fact.expected_on,
            "has_balances": None not in (fact.opening_balance, fact.closing_balance),
            "is_stated": True,
            "is_complete_at_source": fact.complete,
            "lists_rows": fact.lists_rows,
            "sequence": fact.sequence or 0,
            "reference": fact.reference,
            "descriptor": fact.descriptor,
            "provider_state": fact.provider_state,
            "payout_external_id": fact.payout_external_id,
            "source_version_at": fact.source_version_at,
        }

    def action_open_transactions(self):
        """Open the lines of these batches, the payout row included."""
        action = self.transaction_ids._open_records(self.transaction_ids)
        action.update(views=[(False, "list"), (False, "form")])
        return action

    def action_open_message(self):
        """Open the raw payload this batch was read from."""
        self.ensure_one()
        return self.transaction_ids._open_records(self.message_id)
