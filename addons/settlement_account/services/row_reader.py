from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from odoo.tools import SQL

from ..planning.rows import FeePart, Row
from .settled_reader import NOTHING, SettledReader

# A row that moves nothing needs no entry.
MOVES_MONEY = SQL("(state.gross_minor <> 0 OR state.amount_minor <> 0)")
# A row outside any batch counts once its source has settled it.
IS_BOOKED = SQL(
    "(fact.batch_id IS NOT NULL OR fact.provider_state IN ('settled', 'reversed'))"
)
LONGEST_LABEL = 120


@dataclass(frozen=True, slots=True)
class WalletRow:
    """A row with the keys by which rows are put together."""

    row: Row
    wallet_id: int
    batch_id: int
    is_open: bool


class RowReader:
    """Reads rows that wait for their entry, in sets.

    ``is_open`` rows have gross that nobody has explained yet.
    """

    def __init__(self, env, states=("none",)):
        self.env = env
        self.states = states

    def read(self, condition):
        """Return the WalletRows that meet an SQL condition on ``fact``, in order."""
        self.env.flush_all()
        records = self.env.execute_query(self._query(condition))
        ids = [record[0] for record in records]
        settled = SettledReader(self.env).read(ids)
        return [
            self._wallet_row(record, settled.get(record[0], NOTHING))
            for record in records
        ]

    def _query(self, condition):
        return SQL(
            """
            SELECT fact.id, fact.kind, state.gross_minor, fact.booked_on,
                   fact.fee_summary,
                   round(fact.fee_amount * 10::numeric ^ currency.decimal_places)::int8,
                   round(fact.tax_amount * 10::numeric ^ currency.decimal_places)::int8,
                   currency.decimal_places, COALESCE(fact.partner_id, 0),
                   COALESCE(fact.source_code, ''), state.match_state,
                   concat_ws(' ', initcap(replace(fact.kind, '_', ' ')),
                        COALESCE(fact.source_external_id, fact.external_id),
                        fact.invoice_reference,
                        -- The number of the certificate of a tax that was withheld.
                        CASE WHEN fact.kind = 'withholding'
                             THEN fact.payment_reference END),
                   fact.wallet_id, COALESCE(fact.batch_id, 0)
              FROM settlement_transaction fact
              JOIN settlement_transaction_state state ON state.transaction_id = fact.id
              JOIN settlement_wallet wallet ON wallet.id = fact.wallet_id
              JOIN res_currency currency ON currency.id = fact.currency_id
             WHERE fact.is_current
               AND state.posting_state IN %(states)s
               AND fact.booked_on >= wallet.opening_date
               AND %(moves_money)s
               AND %(is_booked)s
               AND (%(condition)s)
             ORDER BY fact.booked_on, fact.id
            """,
            states=tuple(self.states),
            moves_money=MOVES_MONEY,
            is_booked=IS_BOOKED,
            condition=condition,
        )

    def _wallet_row(self, record, settled):
        (
            row_id,
            kind,
            gross,
            booked_on,
            fee_summary,
            fee,
            tax,
            decimals,
            partner_id,
            source_code,
            match_state,
            label,
            wallet_id,
            batch_id,
        ) = record
        row = Row(
            id=row_id,
            kind=kind,
            gross=gross,
            booked_on=booked_on,
            label=label[:LONGEST_LABEL],
            fees=fee_parts(fee_summary, fee, tax, decimals),
            partner_id=partner_id,
            source_code=source_code,
            match_state=match_state,
            settled=tuple(settled.parts),
            rest_account_id=settled.rest_account_id,
            rest_partner_id=settled.rest_partner_id,
        )
        is_open = match_state in ("open", "proposed")
        return WalletRow(row, wallet_id, batch_id, is_open)


def by_batch(wallet_rows):
    """Return WalletRows grouped by batch id."""
    groups = defaultdict(list)
    for each in wallet_rows:
        groups[each.batch_id].append(each)
    return groups


def fee_parts(summary, fee, tax, decimals):
    """Return the fee lines of a row from the text that its fact carries.

    :param summary: ``kind:amount:tax;…`` in major units, or None.
    :param fee: sum of the fees, tax: sum of their tax; minor units.
    """
    if summary:
        lines = (line.split(":") for line in summary.split(";"))
        return tuple(
            FeePart(kind, _minor(amount, decimals), _minor(tax_amount, decimals))
            for kind, amount, tax_amount in lines
        )
    if fee or tax:
        return (FeePart("other", fee, tax),)
    return ()


def _minor(text, decimals):
    return int(Decimal(text).scaleb(decimals))
