"""Whoever alters the database with SQL is found, and the row is named."""

import json

import pytest
from integration.databases import Database

# Table → how one of its rows is altered.
ALTERATIONS = {
    "settlement_transaction": "net_amount = net_amount + 1, "
    "gross_amount = gross_amount + 1",
    "settlement_transaction_state": "amount_minor = amount_minor + 1",
    "settlement_transaction_fee": "amount = amount + 1",
    "settlement_batch": "total = total + 1",
    "settlement_balance": "available = available + 1",
    "settlement_dispute_version": "amount = amount + 1",
    "settlement_message": "filename = 'other.xml'",
    "settlement_match": "amount_minor = amount_minor + 1",
    "settlement_match_line": "amount_minor = amount_minor + 1",
    "settlement_claim": "total_minor = total_minor + 1",
    "settlement_posting": "amount = amount + 1",
    "settlement_posting_line": "active = FALSE",
    "settlement_event": "action = 'nothing.happened'",
    "settlement_event_seal": "root = repeat('0', 64)",
}
# What the finding calls the row, where it is not a row of the table itself.
NAMED = {
    "settlement_transaction_state": ("settlement.transaction", "transaction_id"),
    "settlement_transaction_fee": ("settlement.transaction", "transaction_id"),
    "settlement_posting_line": ("settlement.transaction", "transaction_id"),
    "settlement_match_line": ("settlement.match", "match_id"),
    "settlement_claim": ("settlement.transaction", "transaction_id"),
}
# Which rows are altered, where not any row will do.
AMONG = {"settlement_claim": "transaction_id IS NOT NULL"}
# Tables that no law protects row by row: settings, logs of attempts, what is derived
# from facts (indexes, counters, proofs kept, lives of disputes and reserves), what is
# cut out of messages (rows put aside), wizards, and what people decide on, which the
# events keep.
UNPROTECTED = {
    "settlement_backend",
    "settlement_backend_settlement_run_rel",
    "settlement_call_count",
    "settlement_counter",
    "settlement_credential",
    "settlement_dispute",
    "settlement_document_reference",
    "settlement_exception",
    "settlement_match_leftover",
    "settlement_match_trace",
    "settlement_match_watermark",
    "settlement_message_row",
    "settlement_posting_policy",
    "settlement_reserve",
    "settlement_reserve_release",
    "settlement_run",
    "settlement_run_stage",
    "settlement_source_code",
    "settlement_transaction_reference",
    "settlement_wallet",
    "settlement_wallet_proof",
    "settlement_webhook_refusal",
    "settlement_window",
}


@pytest.fixture(scope="module")
def altered(simulated):
    """Return (table → id and name of its altered row, findings of verify)."""
    database = Database("altered").create(simulated.name)
    try:
        rows = {table: alter(database, table) for table in ALTERATIONS}
        result = database.settlement("verify", "--json")
        yield rows, result, database
    finally:
        database.drop()


def alter(database, table):
    """Alter one row in the middle of a table, as a superuser who means harm."""
    model, column = NAMED.get(table, (table.replace("_", "."), "id"))
    among = AMONG.get(table, "TRUE")
    (row,) = database.query(
        f"""
        SET session_replication_role = replica;
        UPDATE {table} SET {ALTERATIONS[table]}
         WHERE id = (SELECT id FROM {table} WHERE {among} ORDER BY id
                      OFFSET (SELECT count(*) / 2 FROM {table} WHERE {among}) LIMIT 1)
        RETURNING {column}
        """
    )
    return model, row[0]


def test_verify_fails(altered):
    assert altered[1].returncode == 1


@pytest.mark.parametrize("table", ALTERATIONS)
def test_the_altered_row_is_named(altered, table):
    rows, result, _database = altered
    model, row_id = rows[table]
    findings = json.loads(result.stdout)["findings"]
    named = {(finding["model"], finding["id"]) for finding in findings}
    assert (model, row_id) in named, (model, row_id, sorted(named))


def test_every_table_with_rows_is_dealt_with(altered):
    _rows, _result, database = altered
    tables = database.query(
        "SELECT relname FROM pg_class WHERE relkind = 'r' "
        "AND relname LIKE 'settlement\\_%%'"
    )
    filled = {
        table for (table,) in tables if database.query(f"SELECT 1 FROM {table} LIMIT 1")
    }
    assert filled - set(ALTERATIONS) - UNPROTECTED == set()
