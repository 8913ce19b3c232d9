from odoo import api, models
from odoo.tools import SQL

from odoo.addons.settlement.canonical import references

from ..engine import payouts
from ..engine.suggestion import Money, Target
from ..engine.tokens import PLAIN, scan
from .claim import minor_sql

# Texts in which a payer may name what is paid.
TEXTS = (
    "invoice_reference",
    "order_reference",
    "payment_reference",
    "end_to_end_reference",
    "structured_reference",
    "bank_reference",
    "description",
    "counterparty_name",
)
# Words of its texts that are looked up as they were written.
MOST_SPOKEN = 40
BANK_KINDS = ("bank_credit", "bank_debit")


class SettlementSuggestion(models.AbstractModel):
    """The facts of candidates, as the engine takes them."""

    _inherit = "settlement.suggestion"

    # ------------------------------------------------------------------
    # Money
    # ------------------------------------------------------------------

    @api.model
    def _moneys(self, model, ids, is_asked=True):
        """Return what is known of transactions or statement lines.

        :param is_asked: leave out what has nothing open.
        """
        select = {
            "settlement.transaction": self._transactions_sql,
            "account.bank.statement.line": self._statement_lines_sql,
        }[model]
        rows = self.env.execute_query_dict(select(ids)) if ids else []
        free = self.env["settlement.claim"]._free_minor(self.env[model].browse(ids))
        payers = self._payers_of(rows)
        fees = {}
        for currency_id in {row["currency_id"] for row in rows}:
            fees[currency_id] = self._usual_fees(currency_id)
        rules = self._rules_in_force() if rows else []
        return [
            self._money(model, row, free.get(row["id"], 0), payers, fees, rules)
            for row in rows
            if free.get(row["id"], 0) or not is_asked
        ]

    @api.model
    def _money(self, model, row, free, payers, fees, rules):
        """Return one row as the engine's Money."""
        rules = self._rules_for(rules, row)
        payment = self._as_rules_see(row, payers[row["id"]])
        by_rules = self._payers_by_rules(rules, payment)
        texts = [text for text in row["texts"] if text]
        reading = scan(texts)
        presentment = None
        # Of a part of the money nobody knows what the customer saw.
        if row["presentment"] is not None and free == abs(row["gross"]):
            presentment = (row["presentment_currency"], row["presentment"])
        return Money(
            key=(model, row["id"]),
            name=row["name"],
            currency=row["currency"],
            amount=-free if row["gross"] < 0 else free,
            day=row["day"],
            decimals=row["decimals"],
            references=frozenset(map(tuple, row["refs"] or ())),
            tokens=frozenset(token.text for token in reading.tokens),
            words=self._words_of(reading),
            spoken=self._spoken(reading),
            is_cut=reading.is_cut,
            text=references.normalise("invoice", " ".join(texts)),
            counterparty=row["counterparty"] or "",
            payers={**by_rules, **payers[row["id"]]},
            presentment=presentment,
            fees=fees[row["currency_id"]],
            account=row["account"] or "",
            currency_id=row["currency_id"],
            payment=payment,
            rules=rules,
        )

    @api.model
    def _words_of(self, reading):
        """Return the words that may be a number, what stands by itself first."""
        tokens = sorted(
            reading.tokens,
            key=lambda token: (token.how != PLAIN, token.is_joined, -len(token.text)),
        )
        return tuple(dict.fromkeys(token.text for token in tokens))

    @api.model
    def _spoken(self, reading):
        """Return the first of these words as they were written."""
        written = (
            token.read
            for token in reading.tokens
            if token.how == PLAIN and not token.is_joined
        )
        return tuple(dict.fromkeys(written))[:MOST_SPOKEN]

    @api.model
    def _transactions_sql(self, ids):
        """Return transactions with all that they say."""
        texts = SQL(", ").join(SQL.identifier("fact", name) for name in TEXTS)
        return SQL(
            """
            SELECT fact.id, fact.external_id AS name, currency.name AS currency,
                   currency.decimal_places AS decimals, fact.currency_id,
                   state.gross_minor AS gross, fact.booked_on AS day, fact.kind,
                   fact.counterparty_name AS counterparty, fact.partner_id,
                   fact.backend_id, fact.mandate_reference IS NOT NULL AS has_mandate,
                   wallet.account_identifier AS own_account,
                   ARRAY[%(texts)s]::text[] AS texts,
                   (SELECT jsonb_agg(jsonb_build_array(given.type, given.text))
                      FROM settlement_transaction_reference given
                     WHERE given.transaction_id = fact.id) AS refs,
                   (SELECT min(given.text)
                      FROM settlement_transaction_reference given
                     WHERE given.transaction_id = fact.id
                       AND given.type = 'iban') AS account,
                   (SELECT min(given.text)
                      FROM settlement_transaction_reference given
                     WHERE given.transaction_id = fact.id
                       AND given.type = 'email') AS email,
                   seen.name AS presentment_currency,
                   CASE WHEN seen.id IS NOT NULL THEN %(presentment)s END
                        AS presentment
              FROM settlement_transaction fact
              JOIN settlement_transaction_state state
                ON state.transaction_id = fact.id
              JOIN settlement_wallet wallet ON wallet.id = fact.wallet_id
              JOIN res_currency currency ON currency.id = fact.currency_id
              LEFT JOIN res_currency seen ON seen.id = fact.presentment_currency_id
             WHERE fact.id = ANY(%(ids)s)
               AND state.match_state IN ('open', 'proposed')
             ORDER BY fact.id
            """,
            texts=texts,
            presentment=minor_sql(SQL("fact.presentment_amount"), "seen"),
            ids=list(ids),
        )

    @api.model
    def _statement_lines_sql(self, ids):
        """Return lines of bank statements with all that they say."""
        return SQL(
            """
            SELECT line.id, COALESCE(line.payment_ref, move.name) AS name,
                   currency.name AS currency, currency.decimal_places AS decimals,
                   currency.id AS currency_id, %(amount)s AS gross, move.date AS day,
                   'bank_credit' AS kind, line.partner_name AS counterparty,
                   line.partner_id, NULL AS own_account, NULL::text AS email,
                   NULL::int4 AS backend_id, FALSE AS has_mandate,
                   ARRAY[line.payment_ref, move.ref, line.partner_name,
                         move.narration]::text[] AS texts,
                   NULL::jsonb AS refs,
                   upper(regexp_replace(line.account_number, '[^A-Za-z0-9]+', '', 'g'))
                        AS account,
                   NULL AS presentment_currency, NULL::int8 AS presentment
              FROM account_bank_statement_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN res_currency currency ON currency.id = line.currency_id
             WHERE line.id = ANY(%(ids)s)
               AND line.is_reconciled IS NOT TRUE
               AND move.state = 'posted'
             ORDER BY line.id
            """,
            amount=minor_sql(SQL("line.amount"), "currency"),
            ids=list(ids),
        )

    # ------------------------------------------------------------------
    # What money may be for
    # ------------------------------------------------------------------

    @api.model
    def _targets(self, model, ids):
        """Return what is known of items that money may be for; claims are off."""
        if not ids:
            return []
        select = {
            "account.move.line": self._items_sql,
            "settlement.expected.payment": self._expected_sql,
            "settlement.batch": self._payouts_sql,
            "settlement.transaction": self._other_money_sql,
        }[model]
        rows = self.env.execute_query_dict(select(list(ids)))
        free = self.env["settlement.claim"]._free_minor(self.env[model].browse(ids))
        return [self._target(model, row, free.get(row["id"], 0)) for row in rows]

    @api.model
    def _target(self, model, row, free):
        """Return one row as the engine's Target.

        Of what is taken already the whole amount counts: it is shown as blocked.
        """
        is_taken = not free
        free = free or abs(row["amount"])
        return Target(
            key=(model, row["id"]),
            name=row["name"] or "",
            currency=row["currency"],
            amount=-free if row["amount"] < 0 else free,
            first_day=row["first_day"],
            last_day=row["last_day"],
            references=self._comparable(row["refs"] or ()),
            number=references.normalise("invoice", row["name"] or ""),
            partner_id=row["partner_id"] or 0,
            partner=row["partner"] or "",
            traces=self._trace_words(row["traces"] or ()),
            account=references.normalise("iban", row["account"] or ""),
            is_taken=is_taken,
            currency_id=row["currency_id"],
            discounted=self._discounted(row),
        )

    @api.model
    def _comparable(self, pairs):
        """Return (type, text) pairs in comparable spelling."""
        spelled = (
            (kind, references.normalise(kind, text)) for kind, text in pairs if text
        )
        return frozenset(pair for pair in spelled if pair[1])

    @api.model
    def _trace_words(self, pairs):
        """Return the traces that are long enough to mean something in a text."""
        shortest = {"trace": payouts.SHORTEST_TRACE}
        return tuple(
            (what, text)
            for what, text in pairs
            if len(references.normalise("invoice", text or ""))
            >= shortest.get(what, payouts.SHORTEST_NAME)
        )

    @api.model
    def _items_sql(self, ids):
        """Return journal items that money may settle, with their documents."""
        return SQL(
            """
            SELECT entry.id, move.name, currency.name AS currency,
                   currency.id AS currency_id,
                   %(amount)s AS amount,
                   LEAST(COALESCE(move.invoice_date, entry.date), entry.date)
                        AS first_day,
                   GREATEST(entry.date_maturity, entry.date) AS last_day,
                   CASE WHEN term.early_discount
                             AND entry.amount_residual_currency = entry.amount_currency
                        THEN entry.discount_date END AS discount_on,
                   %(discounted)s AS discounted,
                   COALESCE(partner.commercial_partner_id, 0) AS partner_id,
                   partner.name AS partner, NULL AS account, NULL::jsonb AS traces,
                   jsonb_build_array(
                        jsonb_build_array('invoice', move.name),
                        jsonb_build_array('invoice', move.ref),
                        jsonb_build_array('invoice', move.payment_reference),
                        jsonb_build_array('structured', move.payment_reference),
                        jsonb_build_array('order', move.invoice_origin),
                        jsonb_build_array('invoice', reversed.name),
                        jsonb_build_array('provider', paid.provider_reference)
                   ) AS refs
              FROM account_move_line entry
              JOIN account_move move ON move.id = entry.move_id
              JOIN account_account account ON account.id = entry.account_id
              JOIN res_currency currency ON currency.id = entry.currency_id
              LEFT JOIN account_move reversed ON reversed.id = move.reversed_entry_id
              LEFT JOIN account_payment payment ON payment.id = move.origin_payment_id
              LEFT JOIN payment_transaction paid
                ON paid.id = payment.payment_transaction_id
              LEFT JOIN res_partner partner ON partner.id = entry.partner_id
              LEFT JOIN account_payment_term term
                ON term.id = move.invoice_payment_term_id
             WHERE entry.id = ANY(%(ids)s)
               AND %(open)s
               AND CASE WHEN payment.id IS NOT NULL
                        THEN entry.account_id = payment.outstanding_account_id
                        ELSE account.account_type
                             IN ('asset_receivable', 'liability_payable') END
             ORDER BY entry.id
            """,
            amount=minor_sql(SQL("entry.amount_residual_currency"), "currency"),
            discounted=minor_sql(SQL("entry.discount_amount_currency"), "currency"),
            open=self._is_open_item_sql(),
            ids=ids,
        )

    @api.model
    def _is_open_item_sql(self):
        """Return when a journal item ``entry`` of this company waits for money.

        The condition of the index that finds items by amount.
        """
        return SQL(
            """
            (entry.company_id = %s AND entry.parent_state = 'posted'
             AND entry.reconciled IS NOT TRUE AND entry.statement_line_id IS NULL
             AND entry.amount_residual_currency <> 0)
            """,
            self.env.company.id,
        )

    @api.model
    def _expected_sql(self, ids):
        """Return payments that are expected."""
        return SQL(
            """
            SELECT expected.id, expected.name, currency.name AS currency,
                   currency.id AS currency_id,
                   expected.amount_minor AS amount, expected.due_on AS first_day,
                   expected.due_on AS last_day,
                   COALESCE(partner.commercial_partner_id, 0) AS partner_id,
                   COALESCE(expected.counterparty_name, partner.name) AS partner,
                   NULL AS account, NULL::jsonb AS traces,
                   COALESCE(expected.references, '[]') || jsonb_build_array(
                        jsonb_build_array('invoice', expected.reference),
                        jsonb_build_array('order', expected.reference)) AS refs
              FROM settlement_expected_payment expected
              JOIN res_currency currency ON currency.id = expected.currency_id
              LEFT JOIN res_partner partner ON partner.id = expected.partner_id
             WHERE expected.id = ANY(%s)
               AND expected.company_id = %s
               AND expected.state IN ('open', 'late')
             ORDER BY expected.id
            """,
            ids,
            self.env.company.id,
        )

    @api.model
    def _payouts_sql(self, ids):
        """Return payouts that a bank row may be."""
        return SQL(
            """
            SELECT batch.id, batch.external_id AS name, currency.name AS currency,
                   currency.id AS currency_id,
                   batch.total_minor AS amount,
                   COALESCE(batch.date, batch.expected_on) AS first_day,
                   COALESCE(batch.expected_on, batch.date) AS last_day,
                   0 AS partner_id, NULL AS partner, NULL AS account,
                   jsonb_build_array(
                        jsonb_build_array('trace', batch.reference),
                        jsonb_build_array('trace', batch.external_id),
                        jsonb_build_array('descriptor', batch.descriptor),
                        jsonb_build_array('provider_name', backend.connector),
                        jsonb_build_array('provider_name', backend.name)
                   ) AS traces, NULL::jsonb AS refs
              FROM settlement_batch batch
              JOIN settlement_backend backend ON backend.id = batch.backend_id
              JOIN res_currency currency ON currency.id = batch.currency_id
             WHERE batch.id = ANY(%s)
               AND batch.company_id = %s
               AND batch.kind = 'payout'
               AND batch.is_stated
               AND batch.total_minor <> 0
             ORDER BY batch.id
            """,
            ids,
            self.env.company.id,
        )

    @api.model
    def _other_money_sql(self, ids):
        """Return other money that went the opposite way, as what it may be for."""
        return SQL(
            """
            SELECT fact.id, fact.external_id AS name, currency.name AS currency,
                   currency.id AS currency_id, -state.gross_minor AS amount,
                   fact.booked_on AS first_day, fact.booked_on AS last_day,
                   0 AS partner_id,
                   fact.counterparty_name AS partner,
                   wallet.account_identifier AS account, NULL::jsonb AS traces,
                   (SELECT jsonb_agg(jsonb_build_array(given.type, given.text))
                      FROM settlement_transaction_reference given
                     WHERE given.transaction_id = fact.id) AS refs
              FROM settlement_transaction fact
              JOIN settlement_transaction_state state
                ON state.transaction_id = fact.id
              JOIN settlement_wallet wallet ON wallet.id = fact.wallet_id
              JOIN res_currency currency ON currency.id = fact.currency_id
             WHERE fact.id = ANY(%s)
               AND fact.company_id = %s
               AND state.match_state IN ('open', 'proposed')
             ORDER BY fact.id
            """,
            ids,
            self.env.company.id,
        )
