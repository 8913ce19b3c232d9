from collections import defaultdict
from dataclasses import dataclass

from odoo.exceptions import UserError
from odoo.tools import SQL

from ..planning import slices
from ..planning.give_back import Cleared, plan_give_back
from .errors import PostingError, busy_sentence
from .reconciler import Reconciler
from .slice_builder import Prepared, SliceBuilder
from .token import with_token

# Key of the context: lines that a bank reported are opened again, too, where people
# reconcile them in Odoo.
OPEN_AGAIN = "settlement_open_statement_lines"


@dataclass(frozen=True, slots=True)
class _Key:
    """What is given back at once: what one clearing entry settled of one line."""

    wallet_id: int
    item_id: int
    cleared_id: int


class GiveBack:
    """Opens statement lines again whose match is undone.

    The line is not ours alone: whoever works in Odoo must find it as it was. So what
    its clearing had moved goes back to where the line waited, in an entry of its own;
    the clearing stays as it was posted.
    """

    def __init__(self, matches):
        """Give back what ``matches`` settled; their pairs are unlinked already."""
        self.env = matches.env
        self.matches = matches

    def give_back(self):
        """Open the statement lines of the matches as far as these had settled them.

        Money that somebody has used otherwise meanwhile stays where it is.

        :raises UserError: if another worker posts, or an account is missing.
        """
        for key, group in self._groups().items():
            if all(is_free for _cleared, is_free, _day in group):
                self._give_back(key, [cleared for cleared, *_rest in group])

    def _groups(self):
        """Return what was cleared, by statement line and clearing."""
        self.env.flush_all()
        groups = defaultdict(list)
        for (
            wallet_id,
            item_id,
            cleared_id,
            is_free,
            day,
            *values,
        ) in self.env.execute_query(self._query()):
            key = _Key(wallet_id, item_id, cleared_id)
            groups[key].append((Cleared(*values), is_free, day))
        return groups

    def _give_back(self, key, lines):
        wallet = self.env["settlement.wallet"].browse(key.wallet_id)
        item, cleared = self.env["account.move.line"].browse(
            [key.item_id, key.cleared_id]
        )
        try:
            posting = self._post(wallet, item, cleared, lines)
        except PostingError as error:
            raise UserError(error.cause) from error
        returned = posting.move_id.line_ids.filtered(
            lambda line: line.settlement_role == "returned"
        )
        self._open_again(item, cleared, returned)

    def _post(self, wallet, item, cleared, lines):
        backend = wallet.backend_id.with_company(wallet.company_id)
        builder = SliceBuilder(backend)
        if not builder.journal._take_settlement_turn():
            raise UserError(busy_sentence(self.env))
        day = builder.first_open_day(cleared.date)
        plan = plan_give_back(
            day,
            self.env._("Undone: %(entry)s", entry=cleared.move_id.name),
            lines,
            self._as_cleared(cleared),
        )
        return self.env["settlement.posting"]._post_slices(
            builder,
            [
                Prepared(
                    wallet=wallet,
                    batch=self.env["settlement.batch"],
                    month=slices.month_of(item.date),
                    kind="clearing",
                    plan=plan,
                    rows=(),
                )
            ],
        )

    def _as_cleared(self, line):
        """Return the line that emptied the statement line as the plan needs it."""
        own = line.company_currency_id
        return Cleared(
            line_id=line.id,
            transaction_id=0,
            account_id=line.account_id.id,
            partner_id=line.partner_id.id or 0,
            currency_id=line.currency_id.id,
            amount_currency=_minor(line.amount_currency, line.currency_id),
            balance=_minor(line.balance, own),
            name=line.name or "",
            is_open=True,
        )

    def _open_again(self, item, cleared, returned):
        """Let the returned money take the place of the statement line's own.

        The clearing's line is settled by it first; what it still covers of the
        statement line stays settled.
        """
        pairs = item.matched_debit_ids.filtered(
            lambda pair: pair.debit_move_id == cleared
        )
        pairs |= item.matched_credit_ids.filtered(
            lambda pair: pair.credit_move_id == cleared
        )
        with_token(pairs).unlink()
        reconciler = Reconciler(self.env)
        reconciler.reconcile_open([[cleared.id, returned.id]])
        if not cleared.reconciled:
            reconciler.reconcile_open([[cleared.id, item.id]])

    def _query(self):
        """Return what clearings put in place for the matches, line by line.

        Fields: wallet, item of the statement line, line that emptied it, whether all
        of this line is free, its day, then those of a Cleared.
        """
        return SQL(
            """
            SELECT fact.wallet_id, item.id, cleared.id,
                   NOT account.reconcile
                   OR (entry.reconciled IS NOT TRUE
                       AND entry.amount_residual_currency = entry.amount_currency),
                   entry.date, entry.id, entry.settlement_transaction_id,
                   entry.account_id, COALESCE(entry.partner_id, 0), entry.currency_id,
                   round(entry.amount_currency
                         * 10::numeric ^ currency.decimal_places)::int8,
                   round(entry.balance
                         * 10::numeric ^ own_currency.decimal_places)::int8,
                   COALESCE(entry.name, ''), account.reconcile
              FROM account_move_line entry
              JOIN account_account account ON account.id = entry.account_id
              JOIN res_currency currency ON currency.id = entry.currency_id
              JOIN res_currency own_currency
                ON own_currency.id = entry.company_currency_id
              JOIN settlement_posting posting
                ON posting.move_id = entry.move_id
               AND posting.kind = 'clearing'
               AND posting.state = 'posted'
              JOIN settlement_transaction fact
                ON fact.id = entry.settlement_transaction_id
              JOIN settlement_wallet wallet
                ON wallet.id = fact.wallet_id AND (wallet.is_ledger OR %(all)s)
              JOIN settlement_transaction_state state
                ON state.transaction_id = fact.id
              JOIN account_bank_statement_line bank
                ON bank.id = state.statement_line_id
              JOIN account_move_line item ON item.move_id = bank.move_id
              JOIN account_partial_reconcile pair
                ON item.id IN (pair.debit_move_id, pair.credit_move_id)
              JOIN account_move_line cleared
                ON cleared.id IN (pair.debit_move_id, pair.credit_move_id)
               AND cleared.id <> item.id
               AND cleared.move_id = entry.move_id
               AND cleared.settlement_role = 'cleared'
             WHERE entry.settlement_match_id = ANY(%(matches)s)
               AND entry.settlement_role NOT IN ('cleared', 'given_back', 'returned')
             ORDER BY entry.id
            """,
            matches=self.matches.ids,
            all=bool(self.env.context.get(OPEN_AGAIN)),
        )


def _minor(amount, currency):
    """Return an amount of a record as minor units."""
    return round(currency.round(amount) * 10**currency.decimal_places)
