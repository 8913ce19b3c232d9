"""Invoices, credit notes, bills and payments against what was really paid."""

from odoo.tools import SQL

from .found import minor

# A credit note that a general entry settles is called reversed by Odoo.
SETTLED_STATES = ("paid", "in_payment", "reversed")


def document_differences(env, truth, keys):
    """Yield a sentence for each document or payment that is not settled as it is."""
    found = _documents(env, keys)
    for document in truth.documents:
        known = found.get(document.key)
        if not known:
            yield f"document {document.key} is missing"
            continue
        state, residual = known
        if residual != document.residual:
            yield (
                f"document {document.key} ({document.scenario}): {residual} is open, "
                f"really {document.residual}"
            )
        if (state in SETTLED_STATES) != (document.residual == 0):
            yield f"document {document.key} ({document.scenario}) is {state}"
    yield from _payment_differences(env, truth, keys)


def _documents(env, keys):
    """Return document key → (payment state, open amount)."""
    rows = env.execute_query(
        SQL(
            """
            SELECT move.id, move.payment_state, abs(move.amount_residual)::text,
                   currency.name
              FROM account_move move
              JOIN res_currency currency ON currency.id = move.currency_id
             WHERE move.company_id IN %s AND move.move_type <> 'entry'
            """,
            tuple(keys.companies) or (0,),
        )
    )
    return {
        keys.documents[move_id]: (state, minor(residual, currency))
        for move_id, state, residual, currency in rows
    }


def _payment_differences(env, truth, keys):
    """Yield a sentence for each payment of Odoo's own that is not as its money is."""
    arrived = {part.target for row in truth.rows if row.due for part in row.settles}
    payments = env["account.payment"].search(
        [
            ("company_id", "in", list(keys.companies)),
            ("payment_transaction_id", "!=", False),
            ("move_id", "!=", False),
        ]
    )
    for payment in payments:
        key = keys.documents[payment.move_id.id]
        if payment.is_matched != (key in arrived):
            word = "matched" if payment.is_matched else "not matched"
            yield f"payment {key} is {word}, {payment.state}"
