from collections import defaultdict
from itertools import groupby

from odoo import api, models
from odoo.tools import SQL

from ..engine import evidence, findings, readings
from ..engine.readings import Reading
from ..engine.tokens import printable, scan
from .claim import minor_sql

# Payments looked at in one run, and open items of one amount that are compared.
MOST_PAYMENTS = 5_000
MOST_OF_AMOUNT = 50
# Strength of a reading that has a wrong digit.
NEAR = readings.PROPOSED + 1


class SettlementMatcher(models.AbstractModel):
    """A number with one wrong digit, or with two that changed places.

    Whoever wrote it may have meant another document: it is never matched by itself.
    """

    _inherit = "settlement.matcher"

    @api.model
    def _propose_near_numbers(self, run):
        """Propose documents of the same amount whose number is nearly named.

        A payment that names one document and has the amount of its neighbour is left
        to a person.

        :return: number of proposals.
        """
        rows = self._texts_left(run)
        texts = {row["id"]: scan(row["texts"]).tokens for row in rows}
        firm = {row["id"] for row in rows if row["is_firm"]}
        candidates = self._items_of_amount(
            run.company, [row_id for row_id, tokens in texts.items() if tokens]
        )
        # pylint: disable-next=bad-builtin-groupby
        groups = groupby(candidates, key=lambda item: item["transaction_id"])
        found = self._near_numbers(run.company, texts, groups)
        proposed = {}
        for row_id, items in found.items():
            if row_id in firm:
                self._note_near(run, row_id, items)
            else:
                proposed[row_id] = items
        return self._write_near(run, proposed)

    @api.model
    def _texts_left(self, run):
        """Return open rows that nothing certain is known of: id, texts, is_firm."""
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT fact.id, ARRAY[fact.invoice_reference, fact.order_reference,
                       fact.payment_reference, fact.end_to_end_reference,
                       fact.description] AS texts,
                       COALESCE(read.is_firm, FALSE) AS is_firm
                  FROM (%(open)s) open
                  JOIN settlement_transaction fact ON fact.id = open.transaction_id
                  LEFT JOIN (
                    SELECT transaction_id, bool_or(strength <= %(firm)s) AS is_firm
                      FROM settlement_reading GROUP BY transaction_id
                  ) read ON read.transaction_id = fact.id
                 WHERE fact.id NOT IN (%(unbooked)s)
                   AND (read.is_firm IS NULL OR read.is_firm)
                   AND %(wanted)s
                 ORDER BY fact.id
                 LIMIT %(limit)s
                """,
                open=self._open_transactions_sql(run.company),
                firm=readings.SUFFIXED,
                unbooked=self._unbooked_sql(run.company),
                wanted=self._wanted_facts_sql(run),
                limit=MOST_PAYMENTS,
            )
        )

    @api.model
    def _wanted_facts_sql(self, run):
        """Return the condition on ``fact`` that a run may still match it."""
        condition = SQL("TRUE")
        if run.notes:
            condition = SQL("NOT fact.id = ANY(%s)", list(run.notes))
        if run.wanted is None:
            return condition
        return SQL("%s AND fact.id = ANY(%s)", condition, run.wanted)

    @api.model
    def _items_of_amount(self, company, transaction_ids):
        """Return open items whose open amount is that of a payment, if they are few.

        :return: dicts with ``transaction_id, item_id, document_id, number,
            is_other_payer``, in order of the payments.
        """
        if not transaction_ids:
            return []
        rows = self.env.execute_query_dict(
            SQL(
                """
                WITH wanted AS (
                    SELECT open.* FROM (%(open)s) open
                     WHERE open.transaction_id = ANY(%(ids)s)
                ), items AS (
                    SELECT DISTINCT entry.id, entry.move_id, entry.move_name,
                           entry.currency_id, entry.partner_id,
                           %(residual)s AS open_minor
                      FROM settlement_document_reference document
                      JOIN account_move_line entry ON entry.id = document.move_line_id
                      JOIN res_currency currency ON currency.id = entry.currency_id
                     WHERE document.company_id = %(company)s
                       AND document.type = 'invoice'
                ), few AS (
                    SELECT items.*, count(*) OVER (
                            PARTITION BY currency_id, open_minor) AS of_amount
                      FROM items
                     WHERE (currency_id, open_minor) IN (
                            SELECT currency_id, source_open FROM wanted)
                )
                SELECT wanted.transaction_id, few.id AS item_id,
                       few.move_id AS document_id, few.move_name AS number,
                       partner.commercial_partner_id AS partner_id
                  FROM wanted
                  JOIN few ON few.currency_id = wanted.currency_id
                          AND few.open_minor = wanted.source_open
                  LEFT JOIN res_partner partner ON partner.id = few.partner_id
                 WHERE few.of_amount <= %(most)s
                 ORDER BY wanted.transaction_id, few.id
                """,
                open=self._open_transactions_sql(company),
                ids=transaction_ids,
                residual=minor_sql(SQL("entry.amount_residual_currency"), "currency"),
                company=company.id,
                most=MOST_OF_AMOUNT,
            )
        )
        payers = self._payers_of(company, {row["transaction_id"] for row in rows})
        for row in rows:
            payer = payers.get(row["transaction_id"], row["partner_id"])
            row["is_other_payer"] = payer != row["partner_id"]
        return rows

    @api.model
    def _near_numbers(self, company, texts, groups):
        """Return what is nearly named: transaction id → list of (item, word, twin).

        ``twin`` is the number that was written, if a document really has it.
        """
        near = defaultdict(list)
        for row_id, group in groups:
            items = {
                item["number"]: item for item in group if not item["is_other_payer"]
            }
            for number, word in readings.slips(texts[row_id], items).items():
                written = readings.respelled(number, word.text)
                near[row_id].append((items[number], word, written))
        real = self._real_numbers(
            company, {written for items in near.values() for *_item, written in items}
        )
        return {
            row_id: [
                (item, word, written if written in real else "")
                for item, word, written in items
            ]
            for row_id, items in near.items()
        }

    @api.model
    def _real_numbers(self, company, numbers):
        """Return those of ``numbers`` that posted documents have, paid ones too."""
        if not numbers:
            return set()
        query = SQL(
            "SELECT name FROM account_move WHERE company_id = %s AND name = ANY(%s) "
            "AND state = 'posted'",
            company.id,
            list(numbers),
        )
        return {name for (name,) in self.env.execute_query(query)}

    @api.model
    def _note_near(self, run, row_id, items):
        """Leave a payment to a person that has the amount of a neighbour."""
        (item, _word, twin) = items[0]
        if not twin:
            return
        row = self.env.execute_query_dict(
            SQL(
                """
                SELECT open.source_open, open.currency_id AS source_currency_id,
                       fact.external_id, fact.booked_on
                  FROM (%s) open
                  JOIN settlement_transaction fact ON fact.id = open.transaction_id
                 WHERE fact.id = %s
                """,
                self._open_transactions_sql(run.company),
                row_id,
            )
        )[0]
        sentence = findings.near_number(self._payment_of(row), twin, item["number"])
        run.note(row_id, "ambiguous", sentence)

    @api.model
    def _write_near(self, run, found):
        """Propose what is nearly named and has no better meaning.

        :return: number of proposals.
        """
        named = {}
        for row_id, items in found.items():
            meant = [(item, word) for item, word, twin in items if not twin]
            if len(meant) != len(items):
                continue
            named[row_id] = [
                (
                    Reading(
                        item["item_id"],
                        evidence.NEAR,
                        f"'{printable(word.read)}' as {item['number']}",
                        NEAR,
                    ),
                    item["document_id"],
                )
                for item, word in meant
            ]
        if not named:
            return 0
        self._store_readings(named)
        only_near = SQL("reading.strength = %s", NEAR)
        self._resolve(
            run, self._readings_sql(run, only_near, NEAR), SQL("outcome = 'exact'")
        )
        plan = self._plan_decisions(3, "reference")
        return self._propose_plan(run, plan)
