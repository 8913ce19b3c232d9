"""Facts and batches against the rows of the truth."""

from odoo.tools import SQL

from .found import minor

_AMOUNTS = ("gross", "fee", "tax", "net")


def row_differences(env, truth, keys):
    """Yield a sentence for each row that is missing, too much or different."""
    found = {row["key"]: row for row in _rows(env, keys)}
    expected = {(row.backend, row.key): row for row in truth.rows}
    for key in sorted(expected.keys() - found.keys()):
        yield f"{_name(key)} ({expected[key].scenario}) is missing"
    for key in sorted(found.keys() - expected.keys()):
        yield f"{_name(key)} never happened"
    for key in sorted(expected.keys() & found.keys()):
        yield from _compare(key, expected[key], found[key])


def _name(key):
    backend, row = key
    return f"row {backend} {row}"


def _compare(key, expected, found):
    wanted = {
        "kind": expected.kind,
        "currency": expected.currency,
        "booked_on": expected.booked_on.isoformat(),
        "batch": expected.batch,
        "match_state": expected.outcome,
        **{name: getattr(expected, name) for name in _AMOUNTS},
    }
    if found["match_state"] == "proposed" and expected.outcome == "open":
        # A proposal to a person decides nothing.
        wanted["match_state"] = "proposed"
    for name, value in wanted.items():
        if found[name] != value:
            yield (
                f"{_name(key)} ({expected.scenario}): {name} is {found[name]}, "
                f"really {value}"
            )


def _rows(env, keys):
    rows = env.execute_query_dict(
        SQL(
            """
            SELECT fact.id, fact.backend_id, fact.kind, currency.name AS currency,
                   fact.gross_amount::text AS gross, fact.fee_amount::text AS fee,
                   fact.tax_amount::text AS tax, fact.net_amount::text AS net,
                   fact.booked_on::text AS booked_on, fact.batch_id,
                   state.match_state
              FROM settlement_transaction fact
              JOIN res_currency currency ON currency.id = fact.currency_id
              JOIN settlement_transaction_state state
                ON state.transaction_id = fact.id
             WHERE fact.is_current AND fact.backend_id IN %s
            """,
            tuple(keys.backends) or (0,),
        )
    )
    for row in rows:
        row["key"] = (keys.backends[row["backend_id"]], keys.rows[row["id"]])
        row["batch"] = keys.batches.get(row["batch_id"], "")
        for name in _AMOUNTS:
            row[name] = minor(row[name], row["currency"])
        yield row


def statement_differences(env, truth, keys):
    """Yield a sentence for each payout or statement that is not as it should be."""
    found = {
        (keys.backends[backend_id], keys.batches[batch_id]): (total, currency, state)
        for batch_id, backend_id, total, currency, state in env.execute_query(
            SQL(
                """
                SELECT batch.id, batch.backend_id, batch.total::text, currency.name,
                       batch.state
                  FROM settlement_batch batch
                  JOIN res_currency currency ON currency.id = batch.currency_id
                 WHERE batch.backend_id IN %s
                """,
                tuple(keys.backends) or (0,),
            )
        )
    }
    expected = dict(_expected_batches(truth))
    for key in sorted(expected.keys() ^ found.keys()):
        word = "is missing" if key in expected else "never happened"
        yield f"batch {' '.join(key)} {word}"
    for key in sorted(expected.keys() & found.keys()):
        total, currency, state = found[key]
        wanted_total, wanted_states = expected[key]
        if minor(total, currency) != wanted_total:
            yield f"batch {' '.join(key)}: total is {total}, really {wanted_total}"
        if state not in wanted_states:
            yield f"batch {' '.join(key)}: is {state}, should be {wanted_states}"


def _expected_batches(truth):
    """Yield (key, (total, possible states)) of all payouts and statements."""
    open_rows = {row.batch for row in truth.rows if row.outcome == "open"}
    for payout in truth.payouts:
        settled = payout.bank or payout.failed
        states = ("reconciled",) if settled else ("posted",)
        yield (payout.backend, payout.key), (payout.amount, states)
    moved_rows = {row.batch for row in truth.rows}
    for statement in truth.statements:
        key, moved = statement.key, statement.closing - statement.opening
        states = ("posted",) if key in open_rows else ("reconciled",)
        if key not in moved_rows:
            # Nothing to post: it is done when it is proved.
            states = ("validated", "reconciled")
        elif statement.batch and moved:
            # What a provider still has is proved by the wallet, not day by day.
            states = ("posted",)
        yield (statement.backend, key), (moved, states)
