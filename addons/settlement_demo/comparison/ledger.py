"""The ledger against what providers and banks held, day by day and at the end."""

from collections import Counter, defaultdict
from decimal import Decimal

from odoo.tools import SQL

from odoo.addons.settlement.canonical import money

from .found import minor

# Role of the truth → fields of the posting policy whose accounts it is on.
POLICY_FIELDS = {
    "fees": ("fee_account_id", "fee_clearing_account_id"),
    "disputes": ("dispute_account_id", "dispute_loss_account_id"),
    "reserve": ("reserve_account_id",),
    "adjustments": ("adjustment_account_id",),
    "transfers": ("transfer_account_id",),
    "bank_fees": ("bank_fee_account_id",),
    "interest": ("interest_account_id",),
    "unexplained": ("suspense_account_id", "unallocated_account_id"),
}


def balance_differences(env, truth, keys):
    """Yield a sentence for each day on which a wallet does not agree.

    The law: what the provider held at the end of a day is the ledger of that day
    plus the rows up to then whose entry is missing or dated later.
    """
    wallets = {
        (keys.backends[w.backend_id.id], w.account_identifier, w.currency_id.name): w
        for w in env["settlement.wallet"].search(
            [("backend_id", "in", list(keys.backends))]
        )
    }
    by_wallet = defaultdict(list)
    for balance in truth.balances:
        by_wallet[balance.backend, balance.account, balance.currency].append(balance)
    for key, balances in by_wallet.items():
        yield from _wallet_differences(env, key, wallets.get(key), balances)


def _wallet_differences(env, key, wallet, balances):
    if not wallet:
        yield f"wallet {' '.join(key)} is missing"
        return
    currency = wallet.currency_id.name
    ledger = _by_day(_ledger_rows(env, wallet), currency)
    pending = _by_day(_pending_rows(env, wallet), currency)
    opening = _opening_waiting(env, wallet, currency)
    stands = waits = 0
    for balance in balances:
        stands += ledger[balance.day.isoformat()]
        waits += pending[balance.day.isoformat()]
        if opening + stands + waits != balance.balance:
            yield (
                f"wallet {' '.join(key)} at the end of {balance.day}: ledger {stands} "
                f"and pending {waits} make {opening + stands + waits}, really "
                f"{balance.balance}"
            )


def _by_day(rows, currency):
    days = Counter()
    for day, amount in rows:
        days[day] += minor(amount, currency)
    return days


def _ledger_rows(env, wallet):
    """Return what was posted on the wallet's account, by day."""
    return env.execute_query(
        SQL(
            """
            SELECT date::text, sum(amount_currency)::text
              FROM account_move_line
             WHERE account_id = %s AND parent_state = 'posted'
             GROUP BY date
            """,
            wallet.account_id.id,
        )
    )


def _pending_rows(env, wallet):
    """Return by day what waits for its entry: + from its booking, - from posting."""
    return env.execute_query(
        SQL(
            """
            WITH facts AS (
                SELECT fact.booked_on, fact.net_amount,
                       COALESCE(entry.date, statement_entry.date) AS posted_on
                  FROM settlement_transaction fact
                  LEFT JOIN settlement_posting_line line
                    ON line.transaction_id = fact.id AND line.active
                  LEFT JOIN settlement_posting posting ON posting.id = line.posting_id
                  LEFT JOIN account_move entry ON entry.id = posting.move_id
                  LEFT JOIN settlement_transaction_state state
                    ON state.transaction_id = fact.id
                  LEFT JOIN account_bank_statement_line statement_line
                    ON statement_line.id = state.statement_line_id
                  LEFT JOIN account_move statement_entry
                    ON statement_entry.id = statement_line.move_id
                 WHERE fact.wallet_id = %s AND fact.is_current
            )
            SELECT booked_on::text, sum(net_amount)::text FROM facts GROUP BY 1
             UNION ALL
            SELECT posted_on::text, (-sum(net_amount))::text
              FROM facts WHERE posted_on IS NOT NULL GROUP BY 1
            """,
            wallet.id,
        )
    )


def _opening_waiting(env, wallet, currency):
    """Return the part of a wallet's opening that no opening entry has posted."""
    rows = env.execute_query(
        SQL(
            """
            SELECT sum(line.amount_currency)::text
              FROM account_move_line line
              JOIN settlement_posting posting ON posting.move_id = line.move_id
             WHERE posting.kind = 'opening' AND posting.state = 'posted'
               AND posting.wallet_id = %s AND line.account_id = %s
            """,
            wallet.id,
            wallet.account_id.id,
        )
    )
    opening = money.to_minor(Decimal(str(wallet.opening_balance)), currency)
    return opening - minor(rows[0][0], currency)


def total_differences(env, truth, keys):
    """Yield a sentence for each account whose balance at the end is wrong."""
    for company_id, code in keys.companies.items():
        expected = Counter()
        for total in truth.totals:
            if total.company == code:
                # Where fees wait for a bill, their tax waits with them.
                role = "fees" if total.role == "fee_tax" else total.role
                expected[role, total.currency] += total.amount
        company = env["res.company"].browse(company_id)
        found = _totals(env, company)
        found.update(_openings_to_post(env, company))
        yield from role_differences(code, expected, found)


def role_differences(name, expected, found):
    """Yield a sentence for each (role, currency) that does not stand as it should."""
    for key in sorted(expected.keys() | found.keys()):
        if expected[key] != found[key]:
            yield (
                f"{name}: {' '.join(key)} is {found[key]} in the ledger, really "
                f"{expected[key]}"
            )


def account_totals(env, company, accounts_of):
    """Return (role, currency) → what stands on the accounts of that role.

    :param accounts_of: role → account.account records.
    """
    totals = Counter()
    for role, accounts in accounts_of.items():
        for currency, amount in env.execute_query(
            SQL(
                """
                SELECT currency.name, sum(line.amount_currency)::text
                  FROM account_move_line line
                  JOIN res_currency currency ON currency.id = line.currency_id
                 WHERE line.account_id IN %s
                   AND line.company_id = %s
                   AND line.parent_state = 'posted'
                 GROUP BY currency.name
                """,
                tuple(accounts.ids) or (0,),
                company.id,
            )
        ):
            totals[role, currency] += minor(amount, currency)
    return totals


def _totals(env, company):
    """Return (role, currency) → balance of the accounts of that role."""
    return account_totals(env, company, _accounts(env, company))


def _openings_to_post(env, company):
    """Return the openings that no entry has brought into the ledger yet."""
    totals = Counter()
    for wallet in env["settlement.wallet"].search([("company_id", "=", company.id)]):
        role = "bank" if wallet.is_bank else "wallet"
        currency = wallet.currency_id.name
        totals[role, currency] += _opening_waiting(env, wallet, currency)
    return totals


def _accounts(env, company):
    """Return role → accounts."""
    policy = env["settlement.posting.policy"].search(
        [("company_id", "=", company.id), ("backend_id", "=", False)]
    )
    wallets = env["settlement.wallet"].search([("company_id", "=", company.id)])
    banks = wallets.filtered("is_bank")
    nothing = env["account.account"]
    roles = {
        role: nothing.union(*(policy[name] for name in names))
        for role, names in POLICY_FIELDS.items()
    }
    return {
        **roles,
        "wallet": (wallets - banks).account_id,
        "bank": banks.account_id,
        "in_transit": wallets.in_transit_account_id,
    }
