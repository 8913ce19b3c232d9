"""The business content of a database, without ids and without numbers of entries.

Two databases in which the same things happened have equal dumps, whatever the order
and the number of attempts.
"""

ENTRY_NUMBERS = r"\m(SETL|BNK[0-9]*|STJ|MISC|EXCH|CABA)/[0-9]{4}(/[0-9]{2})?/[0-9]+"

# What each row of a part says; the rows of a part are compared in sorted order.
PARTS = {
    "facts": """
        SELECT backend.name, company.name, fact.external_id, fact.occurrence,
               fact.revision, fact.is_current, fact.kind, fact.gross_amount::text,
               fact.fee_amount::text, fact.tax_amount::text, fact.net_amount::text,
               fact.booked_on, batch.external_id, parent.external_id,
               state.match_state, state.posting_state
          FROM settlement_transaction fact
          JOIN settlement_backend backend ON backend.id = fact.backend_id
          JOIN res_company company ON company.id = fact.company_id
          LEFT JOIN settlement_batch batch ON batch.id = fact.batch_id
          LEFT JOIN settlement_transaction parent ON parent.id = fact.parent_id
          LEFT JOIN settlement_transaction_state state
            ON state.transaction_id = fact.id
    """,
    "batches": """
        SELECT backend.name, batch.kind, batch.external_id, batch.date,
               batch.total::text, batch.provider_state, batch.state
          FROM settlement_batch batch
          JOIN settlement_backend backend ON backend.id = batch.backend_id
    """,
    "messages": """
        SELECT backend.name, message.dedupe_key, message.sha256, message.state
          FROM settlement_message message
          JOIN settlement_backend backend ON backend.id = message.backend_id
    """,
    "matches": """
        SELECT match.method, match.state, match.amount_minor, string_agg(
                   concat_ws(' ', line.side, line.amount_minor,
                             COALESCE(fact.external_id, batch.external_id,
                                      invoice.name, invoice.ref)),
                   ', ' ORDER BY line.side, fact.external_id, batch.external_id,
                                 invoice.name)
          FROM settlement_match match
          JOIN settlement_match_line line ON line.match_id = match.id
          LEFT JOIN settlement_transaction fact ON fact.id = line.transaction_id
          LEFT JOIN settlement_batch batch ON batch.id = line.batch_id
          LEFT JOIN account_move_line item ON item.id = line.move_line_id
          LEFT JOIN account_move invoice ON invoice.id = item.move_id
         WHERE match.state <> 'undone'
         GROUP BY match.id
    """,
    "exceptions": """
        SELECT exception.reason, exception.cause, fact.external_id,
               batch.external_id
          FROM settlement_exception exception
          LEFT JOIN settlement_transaction fact ON fact.id = exception.transaction_id
          LEFT JOIN settlement_batch batch ON batch.id = exception.batch_id
         WHERE exception.state IN ('open', 'in_progress', 'waiting_approval')
    """,
    "documents": """
        SELECT company.name, move.move_type, move.name, move.ref, move.state,
               move.payment_state, move.amount_residual::text
          FROM account_move move
          JOIN res_company company ON company.id = move.company_id
         WHERE move.move_type <> 'entry'
    """,
    "balances": """
        SELECT company.name, account.name->>'en_US', partner.name, currency.name,
               sum(line.balance)::text, sum(line.amount_currency)::text,
               sum(line.amount_residual_currency)::text
          FROM account_move_line line
          JOIN account_account account ON account.id = line.account_id
          JOIN res_company company ON company.id = line.company_id
          JOIN res_currency currency ON currency.id = line.currency_id
          LEFT JOIN res_partner partner ON partner.id = line.partner_id
         WHERE line.parent_state = 'posted'
         GROUP BY company.name, account.name, partner.name, currency.name
    """,
    "entries": f"""
        SELECT company.name, journal.code, move.date,
               regexp_replace(COALESCE(move.ref, ''), '{ENTRY_NUMBERS}', '#', 'g'),
               string_agg(
                   concat_ws(' ', account.name->>'en_US', partner.name, currency.name,
                             line.balance::text, line.amount_currency::text,
                             line.amount_residual_currency::text,
                             regexp_replace(line.name, '{ENTRY_NUMBERS}', '#', 'g')),
                   '; ' ORDER BY account.name->>'en_US', partner.name, line.balance,
                                 line.amount_currency, line.name)
          FROM account_move move
          JOIN account_journal journal ON journal.id = move.journal_id
          JOIN account_move_line line ON line.move_id = move.id
          JOIN account_account account ON account.id = line.account_id
          JOIN res_company company ON company.id = move.company_id
          JOIN res_currency currency ON currency.id = line.currency_id
          LEFT JOIN res_partner partner ON partner.id = line.partner_id
         WHERE move.state = 'posted'
         GROUP BY move.id, company.name, journal.code
    """,
}


def dump(database, parts=tuple(PARTS)):
    """Return part → sorted texts of what the database holds."""
    return {
        part: sorted(str(row) for row in database.query(PARTS[part])) for part in parts
    }


def differences(first, second):
    """Return part → (rows only in the first, rows only in the second)."""
    found = {}
    for part in first:
        left, right = list(first[part]), list(second[part])
        for row in first[part]:
            if row in right:
                right.remove(row)
                left.remove(row)
        if left or right:
            found[part] = (left[:5], right[:5])
    return found
