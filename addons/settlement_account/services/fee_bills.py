from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.settlement.models.exception import OPEN_STATES

from ..planning import slices
from ..planning.clearing import OpenItem
from ..planning.fee_bill import Bill, Fee, fit, plan_fee_bill, total
from .batch_poster import REFUSALS, refuse
from .entry_writer import to_float
from .errors import PostingError
from .posting_gate import AUTOMATIC, PostingGate, Proposal
from .slice_builder import Prepared, SliceBuilder


class FeeBillClearer:
    """Lets fees that a provider withheld pay its bill."""

    def __init__(self, backend, checkpoint=None):
        self.env = backend.env
        self.backend = backend
        self.checkpoint = checkpoint or (lambda: None)
        self.counters = {"fee_bills": 0}

    def clear(self):
        """Clear the bills that withheld fees pay exactly; tell of the others.

        A bill that asks for more or less than was withheld waits for a person.
        """
        bills = self._open_bills()
        self._forget_paid(bills)
        if not bills:
            return self.counters
        try:
            self.builder = SliceBuilder(self.backend)
        except (PostingError, UserError) as error:
            refuse(self.env, self.backend, error)
            return self.counters
        for move in bills:
            self._clear_bill(move)
            self.checkpoint()
        return self.counters

    def _clear_bill(self, move):
        exceptions = self.env["settlement.exception"]
        bill = self._bill(move)
        found = fit(bill, self._fees())
        if not found:
            exceptions._clear_for(move, ["fee_variance"])
        elif found.difference:
            exceptions._raise_for(
                move,
                "fee_variance",
                self._variance(move, found),
                backend=self.backend,
                amount_minor=found.difference,
                currency=move.currency_id,
                fixes=("post_fee_variance",),
            )
        elif self._post(move, bill, found.fees):
            exceptions._clear_for(move, ["fee_variance", "posting_failed"])
            self.counters["fee_bills"] += 1

    def clear_with_difference(self, move, keeps_rest):
        """Clear a bill by what was withheld, as a person decided on the difference.

        :param keeps_rest: leave the difference open, on the side that is larger.
        :return: the posting.
        :raises UserError: if there is nothing to clear, or it cannot be posted.
        """
        try:
            self.builder = SliceBuilder(self.backend)
            bill = self._bill(move)
            found = fit(bill, self._fees())
            if not found:
                raise UserError(
                    self.env._(
                        "No withheld fees are open for %(bill)s any more.",
                        bill=move.display_name,
                    )
                )
            account = 0 if keeps_rest else self._difference_account()
            return self._post_now(move, bill, found.fees, account)
        except PostingError as error:
            raise UserError(error.cause) from error

    def _difference_account(self):
        accounts = self.builder.policy._value("fee_account_id")
        if not accounts:
            raise PostingError(
                "unknown_mapping", self.builder._missing("fee_account_id"), ("map",)
            )
        return accounts.id

    # ------------------------------------------------------------------
    # What is open
    # ------------------------------------------------------------------

    def _open_bills(self):
        """Return open bills of the provider, oldest first."""
        policy = self.env["settlement.posting.policy"]._policy_for(self.backend)
        provider = policy and policy._provider(self.backend)
        if not provider or policy.fees != "accrue":
            return self.env["account.move"]
        return self.env["account.move"].search(
            [
                ("company_id", "=", self.backend.company_id.id),
                ("move_type", "=", "in_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
                ("commercial_partner_id", "=", provider.commercial_partner_id.id),
            ],
            order="invoice_date, id",
        )

    def _forget_paid(self, bills):
        """Close the exceptions of bills that are open no more."""
        exceptions = self.env["settlement.exception"]
        told = exceptions.search(
            [
                ("backend_id", "=", self.backend.id),
                ("reason", "=", "fee_variance"),
                ("subject_model", "=", "account.move"),
                ("subject_id", "not in", bills.ids),
                ("state", "in", OPEN_STATES),
            ]
        )
        moves = bills.browse(told.mapped("subject_id"))
        exceptions._clear_for(moves, ["fee_variance"])

    def _bill(self, move):
        line = move.line_ids.filtered(
            lambda line: line.account_id.account_type == "liability_payable"
            and not line.reconciled
        )[:1]
        return Bill(self._item(line), move.invoice_date or move.date)

    def _fees(self):
        """Return the withheld fees that wait for a bill, oldest first."""
        account = self.builder.policy._value("fee_clearing_account_id")
        lines = self.env["account.move.line"].search(
            [
                ("company_id", "=", self.builder.company.id),
                ("account_id", "=", account.id),
                ("partner_id", "=", self.builder.fee_partner_id or False),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("settlement_role", "in", ("fee_clearing", "fee_clearing_tax")),
            ],
            order="date, id",
        )
        return [Fee(self._item(line), line.date) for line in lines]

    def _item(self, line):
        own = self.builder.company.currency_id
        return OpenItem(
            line.id,
            line.account_id.id,
            line.partner_id.id or 0,
            line.currency_id.id,
            _minor(line.amount_residual_currency, line.currency_id),
            _minor(line.amount_residual, own),
        )

    def _variance(self, move, found):
        currency = move.currency_id
        withheld = total(found.fees)
        return self.env._(
            "%(bill)s asks for %(asked)s; the fees withheld from %(first)s to %(last)s "
            "are %(withheld)s: %(difference)s apart. Ask the provider, or book the "
            "difference.",
            bill=move.display_name,
            asked=currency.format(to_float(withheld + found.difference, currency)),
            first=min(fee.day for fee in found.fees),
            last=max(fee.day for fee in found.fees),
            withheld=currency.format(to_float(withheld, currency)),
            difference=currency.format(to_float(found.difference, currency)),
        )

    # ------------------------------------------------------------------
    # Posting
    # ------------------------------------------------------------------

    def _post(self, move, bill, fees):
        """Post the clearing of a bill; return whether it is in the ledger."""
        try:
            with self.env.cr.savepoint():
                gate = PostingGate(self.builder, AUTOMATIC)
                posting = self._post_now(move, bill, fees, 0, gate)
                self.env.flush_all()
        except REFUSALS as error:
            refuse(self.env, move, error)
            return False
        return bool(posting)

    def _post_now(self, move, bill, fees, account, gate=None):
        postings = self.env["settlement.posting"]
        proposal = self._proposal(move, bill, fees, account)
        is_free = gate is None or gate.admits(proposal)
        if not (is_free and self.builder.journal._take_settlement_turn()):
            return postings
        posting = postings._post_slices(self.builder, list(proposal.prepared))
        if gate:
            gate.posted(proposal, posting)
        return posting

    def _proposal(self, move, bill, fees, account):
        wallet = self._wallet(fees)
        name = self.env._("Withheld fees of %(bill)s", bill=move.display_name)
        day = max(bill.day, *(fee.day for fee in fees))
        day = self.builder.first_open_day(day)
        prepared = Prepared(
            wallet=wallet,
            batch=self.env["settlement.batch"],
            month=slices.month_of(day),
            kind="clearing",
            plan=plan_fee_bill(day, name, bill, fees, account),
            rows=(),
        )
        return Proposal(
            kind="clearing",
            key=f"fee_bill:{move.id}",
            name=name,
            wallet=wallet,
            prepared=(prepared,),
        )

    def _wallet(self, fees):
        """Return the wallet that the fees were withheld from, the first of several."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT posting.wallet_id
                  FROM settlement_posting posting
                  JOIN account_move_line item ON item.move_id = posting.move_id
                 WHERE item.id = ANY(%s)
                 ORDER BY item.id LIMIT 1
                """,
                [fee.item.line_id for fee in fees],
            )
        )
        return self.env["settlement.wallet"].browse(rows[0][0])


def _minor(amount, currency):
    """Return a monetary field's value as minor units."""
    return round(amount * 10**currency.decimal_places)
