"""Read a database in the words of the truth: keys and minor units."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from odoo.tools import SQL

from odoo.addons.settlement.canonical import money

from ..builders.backend_builder import NAMES
from ..world.companies import PLANS
from ..world.truth import payout_key

_DETAIL = re.compile(r"#\d+$")


@dataclass
class Keys:
    """Ids of records → the keys that the truth has for them.

    :ivar companies: id → code of the company.
    :ivar backends: id → ``<company>.`` and ``bank`` or the code of a provider.
    :ivar rows: settlement.transaction id → key.
    :ivar batches: settlement.batch id → payout id or ``<account>/<day>``.
    :ivar documents: account.move id → key of the document or payment.
    """

    companies: dict = field(default_factory=dict)
    backends: dict = field(default_factory=dict)
    rows: dict = field(default_factory=dict)
    batches: dict = field(default_factory=dict)
    documents: dict = field(default_factory=dict)


def minor(text, currency):
    """Return a numeric, read as text, in minor units of a currency code."""
    return money.to_minor(Decimal(text or "0"), currency)


def read_keys(env, plans=PLANS):
    """Return the keys of all records of the simulated companies.

    :param plans: of the companies that take part.
    """
    keys = Keys()
    names = {plan.name: plan.code for plan in plans}
    for company in env["res.company"].search([("name", "in", list(names))]):
        keys.companies[company.id] = names[company.name]
    kinds = {name: code for code, name in NAMES.items()}
    backends = env["settlement.backend"].search(
        [("company_id", "in", list(keys.companies)), ("name", "in", list(kinds))]
    )
    for backend in backends:
        code = keys.companies[backend.company_id.id]
        keys.backends[backend.id] = f"{code}.{kinds[backend.name]}"
    _read_rows(env, keys)
    _read_batches(env, keys)
    _read_documents(env, keys)
    return keys


def _ids(mapping):
    return tuple(mapping) or (0,)


def _read_rows(env, keys):
    rows = env.execute_query(
        SQL(
            "SELECT id, backend_id, external_id, bank_reference, source_code "
            "FROM settlement_transaction WHERE backend_id IN %s",
            _ids(keys.backends),
        )
    )
    for row_id, backend_id, *identity in rows:
        _company, _dot, kind = keys.backends[backend_id].partition(".")
        keys.rows[row_id] = _ROW_KEYS[kind](*identity)


def _bank_key(external_id, reference, _code):
    detail = _DETAIL.search(external_id)
    return f"{reference}{detail.group() if detail else ''}"


def _paypal_key(external_id, _reference, code):
    return f"{external_id}/{code.removeprefix('unknown:')}"


# How the truth names a row, by the kind of its backend.
_ROW_KEYS = {
    "stripe": lambda external_id, _reference, _code: external_id,
    "adyen": lambda external_id, _reference, _code: external_id,
    "bank": _bank_key,
    "paypal": _paypal_key,
}


def _read_batches(env, keys):
    rows = env.execute_query(
        SQL(
            """
            SELECT batch.id, batch.backend_id, batch.kind, batch.external_id,
                   batch.date::text, wallet.account_identifier, currency.name
              FROM settlement_batch batch
              JOIN settlement_wallet wallet ON wallet.id = batch.wallet_id
              JOIN res_currency currency ON currency.id = wallet.currency_id
             WHERE batch.backend_id IN %s
            """,
            _ids(keys.backends),
        )
    )
    for batch_id, backend_id, kind, external_id, day, account, currency in rows:
        keys.batches[batch_id] = {
            "payout": payout_key(
                f"{account}/{external_id}/{currency}"
                if keys.backends[backend_id].endswith(".adyen")
                else external_id
            ),
            "settlement": f"{account}/{currency}/{external_id}",
        }.get(kind, f"{account}/{day}")


def _read_documents(env, keys):
    """Name documents by their number, payments by the document they pay."""
    rows = env.execute_query(
        SQL(
            """
            SELECT move.id, move.company_id, COALESCE(invoice.name,
                   CASE WHEN move.move_type = 'in_invoice' THEN move.ref
                        ELSE move.name END),
                   paid.id IS NOT NULL
              FROM account_move move
              LEFT JOIN account_payment payment ON payment.move_id = move.id
              LEFT JOIN payment_transaction paid ON paid.payment_id = payment.id
              LEFT JOIN account_invoice_transaction_rel link
                ON link.transaction_id = paid.id
              LEFT JOIN account_move invoice ON invoice.id = link.invoice_id
             WHERE move.company_id IN %s
               AND (move.move_type <> 'entry' OR paid.id IS NOT NULL)
            """,
            _ids(keys.companies),
        )
    )
    for move_id, company_id, number, is_online in rows:
        key = f"{keys.companies[company_id]}:{number}"
        keys.documents[move_id] = f"{key}:online" if is_online else key


def grouped(pairs):
    """Return pairs as a dict of sets."""
    result = defaultdict(set)
    for key, value in pairs:
        result[key].add(value)
    return result
