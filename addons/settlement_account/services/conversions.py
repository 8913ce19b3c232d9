from dataclasses import replace

from odoo.tools import SQL


def company_values(env, wallet, rows):
    """Return rows, the second legs of conversions valued by their first ones.

    Both legs of a conversion meet on the transfer account. The provider's own rate
    is what the other leg is worth: its amount if that is company currency, else what
    its entry says. Then nothing stays on the transfer account.
    """
    ids = [row.id for row in rows if row.kind == "conversion"]
    if not ids:
        return rows
    values = dict(env.execute_query(_query(wallet, ids)))
    return [
        replace(row, company_value=values[row.id])
        if values.get(row.id) is not None
        else row
        for row in rows
    ]


def _query(wallet, ids):
    """Return (id, value in company currency) of legs whose other leg is known."""
    company_currency = wallet.company_id.currency_id
    return SQL(
        """
        SELECT fact.id,
               CASE WHEN other.currency_id = %(currency)s
                    THEN -round(other.gross_amount * 10::numeric ^ %(decimals)s)::int8
                    ELSE round(entry.balance * 10::numeric ^ %(decimals)s)::int8 END
          FROM settlement_transaction fact
          JOIN settlement_transaction other
            ON other.backend_id = fact.backend_id
           AND other.is_current
           AND other.kind = 'conversion'
           AND other.wallet_id <> fact.wallet_id
           AND (other.source_external_id = fact.source_external_id
                OR other.source_external_id = fact.parent_external_id
                OR other.parent_external_id = fact.source_external_id
                -- Legs that only name the payment for which they were made.
                OR other.parent_external_id = fact.parent_external_id)
           AND sign(other.gross_amount) <> sign(fact.gross_amount)
          LEFT JOIN account_move_line entry
            ON entry.settlement_transaction_id = other.id
           AND entry.settlement_role = 'transfer'
           AND entry.parent_state = 'posted'
         WHERE fact.id = ANY(%(ids)s)
           AND fact.currency_id <> %(currency)s
        """,
        currency=company_currency.id,
        decimals=company_currency.decimal_places,
        ids=ids,
    )
