"""What a person decides about money that waits: another account for it."""

from odoo.exceptions import UserError

from odoo.addons.settlement.canonical.words import shortened

from ..planning import slices
from ..planning.clearing import Company, Move, OpenItem, plan_clearing
from ..planning.rows import Settled
from .errors import PostingError
from .open_items import OpenItems
from .slice_builder import Prepared, SliceBuilder


class Decision:
    """Moves money of one row, or the rest of its document, to an account."""

    def __init__(self, fact):
        self.env = fact.env
        self.fact = fact
        self.wallet = fact.wallet_id
        backend = fact.backend_id.with_company(fact.company_id)
        try:
            self.builder = SliceBuilder(backend)
        except PostingError as error:
            raise UserError(error.cause) from error

    def account(self, role):
        """Return the id of the account for a role.

        :raises UserError: if nobody has chosen one.
        """
        account_id = getattr(self.builder.accounts(self.wallet), role)
        if not account_id:
            field = self.builder._field_of(role)
            raise UserError(self.builder._missing(field))
        return account_id

    def move_waiting(self, account_id, partner_id, role):
        """Move all that waits of the row, on suspense or as credit, to an account.

        :return: the posting.
        :raises UserError: if nothing waits, or it cannot be posted.
        """
        moves = self._moves_waiting(account_id, partner_id, role)
        if not moves:
            raise UserError(
                self.env._(
                    "No money of %(row)s waits in the ledger any more.",
                    row=shortened(self.fact.external_id),
                )
            )
        return self._post(moves)

    def _moves_waiting(self, account_id, partner_id, role):
        """Return what moves all that waits of the row.

        A line of the bank may stand for several rows: of it, what is free of this one.
        """
        items = OpenItems(self.env, [self.fact.id])
        if own := items.waiting(self.fact.id):
            return [
                Move(
                    item,
                    self._part(
                        -item.amount_currency, account_id, partner_id, role, item
                    ),
                    self._label(),
                    self.fact.id,
                )
                for item in own
            ]
        free = self.env["settlement.match"]._signed_free(self.fact)
        part = Settled(
            account_id=account_id,
            partner_id=partner_id,
            amount=free,
            currency_id=self.fact.currency_id.id,
            amount_currency=free,
            role=role,
        )
        return items.take(self.fact.id, part, self._label()) if free else []

    def write_off(self, lines, account_id):
        """Clear what is left of journal items against an account.

        :return: the posting.
        """
        moves = []
        for line in lines:
            item = _item(line)
            part = self._part(-item.amount_currency, account_id, 0, "difference", item)
            moves.append(Move(item, part, self._label(), self.fact.id))
        return self._post(moves)

    def _part(self, amount, account_id, partner_id, role, item):
        return Settled(
            account_id=account_id,
            partner_id=partner_id,
            amount=amount,
            currency_id=item.currency_id,
            amount_currency=amount,
            role=role,
        )

    def _label(self):
        return self.fact.invoice_reference or self.fact.external_id

    def _post(self, moves):
        lines = self.env["account.move.line"].browse(
            [move.item.line_id for move in moves]
        )
        day = max(*lines.mapped("date"), self.fact.booked_on)
        day = self.builder.first_open_day(day)
        own = self.builder.company.currency_id.id
        difference = self.builder.accounts(self.wallet).difference
        prepared = Prepared(
            wallet=self.wallet,
            batch=self.env["settlement.batch"],
            month=slices.month_of(day),
            kind="clearing",
            plan=plan_clearing(day, self._label(), moves, Company(own, difference)),
            rows=(),
        )
        postings = self.env["settlement.posting"]
        try:
            return postings._post_slices(self.builder, [prepared])
        except PostingError as error:
            raise UserError(error.cause) from error


def _item(line):
    """Return what is open of a journal item as OpenItem."""
    own = line.company_currency_id
    return OpenItem(
        line.id,
        line.account_id.id,
        line.partner_id.id or 0,
        line.currency_id.id,
        round(line.amount_residual_currency * 10**line.currency_id.decimal_places),
        round(line.amount_residual * 10**own.decimal_places),
    )
