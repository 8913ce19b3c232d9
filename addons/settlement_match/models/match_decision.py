from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .claim import ITEM_COLUMNS
from .match import ACTIVE_STATES


class SettlementMatch(models.Model):
    _inherit = "settlement.match"

    # ------------------------------------------------------------------
    # Proposing
    # ------------------------------------------------------------------

    @api.model
    def _propose(
        self,
        sources,
        targets,
        method="manual",
        *,
        stage=0,
        score=0.0,
        evidence=None,
        alternatives=None,
        unique_proof=None,
        kind="",
        rule_version=None,
        difference=(0, None),
        rest_to_credit=False,
        is_automatic=False,
    ):
        """Record who would pay what, without claiming anything yet.

        :param sources: money facts, targets: what they pay; each a list of records
            or of ``(record, signed minor units)``. Without an amount: what is free
            of the item, the larger side cut to the smaller one if it is one item.
        :param evidence: ``{"contributions": [{"what", "text", "weight"}, …]}``.
        :param kind: how it was found, see the field; by default the method.
        :param rule_version: the version of the rule that allows it.
        :param difference: (signed minor units, what it means): money + difference =
            what it pays.
        :param rest_to_credit: the rest of the source is the partner's credit.
        :return: the settlement.match record in state ``proposed``.
        :raises UserError: if the sides differ or an item has too little left.
        """
        difference_minor, difference_kind = difference
        lines = self._proposed_lines(sources, targets, difference_minor)
        first = lines[0]
        match = self.create(
            {
                "company_id": first["company_id"],
                "currency_id": first["currency_id"],
                "method": method,
                "kind": kind or method,
                "rule_version_id": rule_version.id if rule_version else False,
                "stage": stage,
                "score": score,
                "amount_minor": sum(
                    line["amount_minor"]
                    for line in lines
                    if line["side"] == "source"
                    and line["currency_id"] == first["currency_id"]
                ),
                "evidence": evidence or self._manual_evidence(),
                "alternatives": alternatives,
                "unique_proof": unique_proof,
                "difference_minor": difference_minor,
                "difference_kind": difference_kind,
                "rest_to_credit": rest_to_credit,
                "is_automatic": is_automatic,
            }
        )
        line_model = self.env["settlement.match.line"]
        line_model.create([{**line, "match_id": match.id} for line in lines])
        # Its hash covers the lines, too, which did not exist at its creation.
        self.env.flush_all()
        match._seal_rows()
        match._refresh_match_states()
        self.env["settlement.event"]._log(
            "match.proposed", match, after={"row_hash": match.row_hash}
        )
        return match

    @api.model
    def _manual_evidence(self):
        return {
            "contributions": [
                {"what": "person", "text": self.env.user.name, "weight": 0}
            ]
        }

    @api.model
    def _proposed_lines(self, sources, targets, difference):
        """Return the values of the match lines, balanced and within what is free."""
        sides = {
            "source": self._with_amounts(sources),
            "target": self._with_amounts(targets),
        }
        if not difference:
            self._cut_to_smaller(sources, sides["source"], sides["target"])
            self._cut_to_smaller(targets, sides["target"], sides["source"])
        self._check_sides(sides["source"], sides["target"], difference)
        return [
            self._line_values(side, record, amount)
            for side, items in sides.items()
            for record, amount in items
        ]

    @api.model
    def _with_amounts(self, items):
        """Return [[record, signed minor units], …], amounts filled in."""
        filled = []
        for item in items:
            record, amount = item if isinstance(item, tuple) else (item, None)
            free = self._signed_free(record)
            if amount is None:
                amount = free
            if not amount or abs(amount) > abs(free) or (amount > 0) != (free > 0):
                raise UserError(self._too_little(record, amount, free))
            filled.append([record, amount])
        return filled

    @api.model
    def _too_little(self, record, amount, free):
        currency = record.currency_id
        factor = 10**currency.decimal_places
        return self.env._(
            "%(item)s: %(wanted)s cannot be matched, %(free)s of it is open. Undo the "
            "match that holds the rest, or take less.",
            item=record.display_name,
            wanted=currency.format(amount / factor),
            free=currency.format(free / factor),
        )

    @api.model
    def _signed_free(self, record):
        free = self.env["settlement.claim"]._free_minor(record).get(record.id, 0)
        return -free if self._is_outgoing(record) else free

    @api.model
    def _is_outgoing(self, record):
        """Return whether an item stands for money that leaves us."""
        field = {
            "settlement.transaction": "gross_amount",
            "settlement.batch": "total",
            "account.move.line": "amount_residual_currency",
        }.get(record._name, "amount")
        return record[field] < 0

    @api.model
    def _cut_to_smaller(self, given, side, others):
        """Let a single item that exceeds the other side take part with less.

        Amounts of different currencies cannot be compared: there each side is whole.

        :param given: the side as the caller gave it; amounts in it are never changed.
        """
        currencies = {record.currency_id for record, _amount in (*side, *others)}
        if len(side) != 1 or isinstance(given[0], tuple) or len(currencies) > 1:
            return
        other_sum = sum(amount for _record, amount in others)
        if abs(side[0][1]) > abs(other_sum) > 0:
            side[0][1] = other_sum

    @api.model
    def _check_sides(self, sources, targets, difference=0):
        """Refuse mixed companies and, within one currency, sides that differ."""
        records = [record for record, _amount in (*sources, *targets)]
        companies = {record.company_id.id for record in records}
        currencies = {record.currency_id.id for record in records}
        if not records or not sources:
            raise UserError(self.env._("Choose the money and what it pays."))
        if len(companies) > 1:
            raise UserError(self.env._("A match cannot cross companies."))
        totals = [
            sum(amount for _record, amount in side) for side in (sources, targets)
        ]
        totals[0] += difference
        if len(currencies) == 1 and totals[0] != totals[1]:
            currency = records[0].currency_id
            factor = 10**currency.decimal_places
            raise UserError(
                self.env._(
                    "The money is %(money)s, what it pays %(paid)s: they must be "
                    "equal. Give the amounts that belong together.",
                    money=currency.format(totals[0] / factor),
                    paid=currency.format(totals[1] / factor),
                )
            )

    @api.model
    def _line_values(self, side, record, amount):
        is_transaction = record._name == "settlement.transaction"
        return {
            "revision_id": record.id if is_transaction else False,
            "company_id": record.company_id.id,
            "side": side,
            ITEM_COLUMNS[record._name]: record.id,
            "currency_id": record.currency_id.id,
            "amount_minor": amount,
            "snapshot": self._snapshot(record),
        }

    @api.model
    def _snapshot(self, record):
        """Return what an item that may be deleted is now; facts need none."""
        if record._name.startswith("settlement.") and "row_hash" in record._fields:
            return None
        snapshot = {
            "model": record._name,
            "id": record.id,
            "name": record.display_name,
        }
        if record._name == "account.move.line":
            snapshot |= {
                "name": record.move_id.name,
                "date": record.date.isoformat(),
                "account": record.account_id.id,
                "partner": record.partner_id.id or None,
            }
        return snapshot

    # ------------------------------------------------------------------
    # Confirming
    # ------------------------------------------------------------------

    def action_confirm(self):
        """Confirm these proposals: from now on their amounts are taken.

        :raises AccessError: without the accountant role.
        :raises UserError: if one is no proposal, or an item has too little left.
        """
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("read")
        # Matches are written by these methods only; the role was checked.
        self.sudo()._confirm()

    def _confirm(self):
        """Claim the amounts of these proposals and confirm them."""
        self.lock_for_update()
        for match in self:
            match._check_may_confirm()
        lines = self._lines_sql()
        self.env["settlement.claim"]._claim(lines)
        self.write(
            {
                "state": "confirmed",
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )
        for match in self:
            match._log_confirmed()
            match._receive_expected()
        self._refresh_match_states()
        self._clear_exceptions()

    def _check_may_confirm(self):
        self.ensure_one()
        if self.state != "proposed":
            raise UserError(
                self.env._("%(match)s is no proposal.", match=self.display_name)
            )
        for line in self.line_ids:
            item = line._item()
            if not item or (line.transaction_id and not item.is_current):
                raise UserError(
                    self.env._(
                        "%(item)s has changed since it was proposed. Undo %(match)s "
                        "and match again.",
                        item=line.item_name,
                        match=self.display_name,
                    )
                )
            free = self._signed_free(item)
            if abs(line.amount_minor) > abs(free):
                raise UserError(self._too_little(item, line.amount_minor, free))

    def _receive_expected(self):
        """Note what the expected payments of this match arrived as."""
        self.ensure_one()
        for expected in self.line_ids.expected_payment_id:
            if expected.transaction_id != self.line_ids.transaction_id:
                expected._receive(self.line_ids.transaction_id)

    def _expect_again(self):
        """Wait again for the payments that these matches had found."""
        expected = self.line_ids.expected_payment_id
        expected.filtered(lambda one: one.state == "received")._set_state(
            "open", transaction_id=False, received_on=False
        )

    def _log_confirmed(self):
        """Write the event that pins this match."""
        self.ensure_one()
        self.env["settlement.event"]._log("match.confirmed", self, rows=self)

    def _lines_sql(self):
        """Return the lines of these matches as a SELECT for settlement.claim."""
        self.env.flush_all()
        return SQL(
            "SELECT * FROM settlement_match_line WHERE match_id = ANY(%s)", self.ids
        )

    # ------------------------------------------------------------------
    # Undoing
    # ------------------------------------------------------------------

    def action_undo(self, reason=""):
        """Undo these matches: release their amounts, keep the trace.

        :param reason: why; required.
        :raises AccessError: without the accountant role.
        :raises UserError: without a reason, or if a posting cannot be taken back.
        """
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("read")
        if not (reason or "").strip():
            raise UserError(self.env._("Say why this match is undone."))
        # Matches are written by these methods only; the role was checked.
        self.sudo()._undo(reason.strip(), is_refused=True)

    def _undo(self, reason, is_refused=False):
        """Release what these matches claimed and mark them undone.

        :param is_refused: a person says it is wrong, so it is not to be repeated.
        """
        self.lock_for_update()
        active = self.filtered(lambda match: match.state in ACTIVE_STATES)
        active.filtered(lambda match: match.state == "posted")._release_posting(reason)
        self.env["settlement.claim"]._change(active._lines_sql(), claimed=-1)
        pending = self.filtered(lambda match: match.state != "undone")
        before = {match.id: match.state for match in pending}
        pending.write(
            {
                "state": "undone",
                "undone_by_id": self.env.uid,
                "undone_at": fields.Datetime.now(),
                "undo_reason": reason,
                "is_refused": is_refused,
            }
        )
        for match in pending:
            self.env["settlement.event"]._log(
                "match.undone", match, reason=reason, before={"state": before[match.id]}
            )
        active._expect_again()
        pending._refresh_match_states()
        self.env["settlement.exception"]._clear_for(
            pending.line_ids.transaction_id, ["amount_short", "amount_over"]
        )

    def _release_posting(self, reason):
        """Take back what postings settled for these matches.

        The addon that posts extends this: it unlinks the pairs in the ledger and
        calls :meth:`_set_unposted`.
        """
        if still := self.filtered(lambda match: match.state == "posted"):
            raise UserError(
                self.env._(
                    "%(matches)s is posted. Reverse its posting first.",
                    matches=", ".join(still.mapped("display_name")),
                )
            )

    # ------------------------------------------------------------------
    # What the ledger did with them
    # ------------------------------------------------------------------

    def _set_posted(self):
        """Note that the ledger has settled these confirmed matches.

        Called in the transaction that reconciles the journal items.
        """
        confirmed = self.filtered(lambda match: match.state == "confirmed")
        self.env["settlement.claim"]._change(confirmed._lines_sql(), posted=1)
        confirmed.write({"state": "posted"})

    def _set_unposted(self):
        """Note that the ledger no longer settles these matches."""
        posted = self.filtered(lambda match: match.state == "posted")
        self.env["settlement.claim"]._change(posted._lines_sql(), posted=-1)
        posted.write({"state": "confirmed"})

    # ------------------------------------------------------------------
    # What follows for the items
    # ------------------------------------------------------------------

    def _refresh_match_states(self):
        """Recompute the match state of the transactions of these matches."""
        self.env.flush_all()
        # A match that is posted stays with the revision that it was made for.
        rows = self.line_ids.transaction_id
        rows._current_revisions()._refresh_match_state()

    def _clear_exceptions(self):
        """Close exceptions that these matches explain."""
        exceptions = self.env["settlement.exception"]
        exceptions._clear_for(self.line_ids.transaction_id, self._explained_reasons())
        exceptions._clear_for(
            self.line_ids.batch_id,
            ["ambiguous", "late_payout", "payout_missing_at_bank"],
        )

    @api.model
    def _explained_reasons(self):
        """Return the exceptions that end when a transaction is matched."""
        return [
            "ambiguous",
            "missing_reference",
            "paid_not_in_ledger",
            "unmatched",
            "currency_mismatch",
            "partner_conflict",
            "duplicate",
        ]
