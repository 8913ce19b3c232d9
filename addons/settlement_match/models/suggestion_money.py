from odoo import api, models
from odoo.tools import SQL

from ..engine import amounts
from ..engine.suggestion import Target
from .suggestion_search import (
    MOST_REFERENCES,
    PER_NEIGHBOUR,
    PER_REFERENCE,
    PER_VARIANT,
)

# Open payments of one amount among which the nearest in time are chosen.
PER_SAME_AMOUNT = 200
NEAREST = 40
# A bank account or address may stand on very many payments.
PER_PAYER = 2000
NEWEST = 60
WAITING = SQL("('open', 'proposed')")


class SettlementSuggestion(models.AbstractModel):
    """What could have paid a document: candidates by index, bounded for each clue."""

    _inherit = "settlement.suggestion"

    # ------------------------------------------------------------------
    # What is asked
    # ------------------------------------------------------------------

    @api.model
    def _asked_target(self, record):
        """Return the engine's Target of a document, with all that is open of it."""
        if record._name in ("settlement.batch", "settlement.expected.payment"):
            targets = self._targets(record._name, record.ids)
        else:
            items = self._items_of(record)
            targets = self._targets("account.move.line", items.ids)
        targets = [target for target in targets if not target.is_taken]
        if not targets:
            return None
        first = targets[0]
        same = [each for each in targets if each.currency == first.currency]
        days = [each.last_day for each in same if each.last_day]
        return Target(
            key=(record._name, record.id),
            name=first.name,
            currency=first.currency,
            amount=sum(each.amount for each in same),
            first_day=first.first_day,
            last_day=max(days, default=None),
            currency_id=first.currency_id,
            references=first.references,
            number=first.number,
            partner_id=first.partner_id,
            partner=first.partner,
            traces=first.traces,
            parts=tuple(each.amount for each in same) if len(same) > 1 else (),
        )

    @api.model
    def _items_of(self, record):
        """Return the journal items of a document, payment or journal item."""
        if record._name == "account.move.line":
            return record
        entry = record.move_id if record._name == "account.payment" else record
        return entry.line_ids

    # ------------------------------------------------------------------
    # What could have paid it
    # ------------------------------------------------------------------

    @api.model
    def _moneys_for(self, question):
        """Return the engine's Moneys that may have paid what is asked."""
        target = question.asked
        is_bank_only = target.key[0] == "settlement.batch"
        ids = {
            *self._money_by_reference(question, target),
            *self._money_by_amount(question, target),
            *self._money_of_partner(question, target),
        }
        moneys = self._moneys("settlement.transaction", sorted(ids), is_asked=False)
        if is_bank_only:
            banks = self._bank_row_ids([money.key[1] for money in moneys])
            moneys = [money for money in moneys if money.key[1] in banks]
        return [money for money in moneys if money.amount]

    @api.model
    def _bank_row_ids(self, ids):
        """Return those transactions that are rows of a bank account."""
        query = SQL(
            "SELECT id FROM settlement_transaction WHERE id = ANY(%s) "
            "AND kind IN ('bank_credit', 'bank_debit')",
            ids,
        )
        return set(self._row_ids(query))

    @api.model
    def _money_by_reference(self, question, target):
        """Return open transactions that carry a reference of the document."""
        pairs = self._references_carried(target)[:MOST_REFERENCES]
        if not pairs:
            return []
        texts = sorted({text for _kind, text in target.references})
        question.searched.append(
            self.env._("references: %(texts)s", texts=", ".join(texts[:10]))
        )
        return self._row_ids(self._money_by_reference_sql(pairs, PER_REFERENCE))

    @api.model
    def _references_carried(self, target):
        """Return (type, text) under which a payment may carry a reference of it."""
        own = sorted(target.references)
        traces = self._comparable(
            (kind, text)
            for what, text in target.traces
            if what == "trace"
            for kind in ("invoice", "end_to_end", "bank", "structured")
        )
        texts = [text for kind, text in own if kind == "invoice"]
        swapped = [
            ("invoice", other)
            for text in texts[:3]
            for other in amounts.likeness.transpositions(text)
        ]
        return [*own, *sorted(traces), *swapped]

    @api.model
    def _money_by_reference_sql(self, pairs, limit):
        """Return the open transactions that carry one of these (type, text)."""
        return SQL(
            """
            SELECT found.transaction_id
              FROM unnest(%(kinds)s::text[], %(texts)s::text[]) AS given (type, text)
             CROSS JOIN LATERAL (
                SELECT named.transaction_id
                  FROM settlement_transaction_reference named
                 WHERE named.key = hashtextextended(given.type || ':' || given.text, 0)
                   AND named.company_id = %(company)s
                   AND named.type = given.type
                   AND named.text = given.text
                 LIMIT %(limit)s) found
              JOIN settlement_transaction_state state
                ON state.transaction_id = found.transaction_id
             WHERE state.match_state IN %(waiting)s
             ORDER BY found.transaction_id DESC
             LIMIT %(newest)s
            """,
            kinds=[kind for kind, _text in pairs],
            texts=[text for _kind, text in pairs],
            company=self.env.company.id,
            waiting=WAITING,
            limit=limit,
            newest=NEWEST,
        )

    @api.model
    def _money_by_amount(self, question, target):
        """Return open transactions of the same amount, with a fee, or nearly so."""
        currency = self.env["res.currency"].browse(target.currency_id)
        question.searched.append(
            self.env._(
                "amounts: %(amount)s and near it",
                amount=self._written(target.amount, currency),
            )
        )
        fees = self._usual_fees(currency.id)
        same, *others = amounts.variants(target.amount, [-fee for fee in fees])
        exact = [same, *target.parts]
        wanted = [*exact, *others]
        day = target.last_day or target.first_day
        return [
            *self._row_ids(self._open_money_sql(currency, exact, day, NEAREST)),
            *self._row_ids(self._open_money_sql(currency, others, day, PER_VARIANT)),
            *self._row_ids(self._money_near_sql(currency, target.amount)),
            *self._row_ids(self._parts_sql("transaction_id", currency, wanted)),
        ]

    @api.model
    def _open_money_sql(self, currency, wanted, day, most):
        """Return open transactions of these amounts, the nearest in time of each.

        :param most: so many of each amount.
        """
        return SQL(
            """
            SELECT found.transaction_id
              FROM unnest(%(wanted)s::int8[]) AS wanted (amount)
             CROSS JOIN LATERAL (
                SELECT same.transaction_id
                  FROM (SELECT state.transaction_id
                          FROM settlement_transaction_state state
                         WHERE %(open)s AND state.gross_minor = wanted.amount
                         LIMIT %(limit)s) same
                  JOIN settlement_transaction fact ON fact.id = same.transaction_id
                 ORDER BY abs(fact.booked_on - %(day)s::date), fact.id
                 LIMIT %(nearest)s) found
            """,
            wanted=wanted,
            open=self._is_open_money_sql(currency),
            day=day,
            limit=PER_SAME_AMOUNT,
            nearest=most,
        )

    @api.model
    def _is_open_money_sql(self, currency):
        """Return when a ``state`` is one of open money in a currency."""
        return SQL(
            "state.match_state = 'open' AND state.company_id = %s "
            "AND state.currency_id = %s",
            self.env.company.id,
            currency.id,
        )

    @api.model
    def _money_near_sql(self, currency, amount):
        """Return the open transactions next to an amount, above and below it."""
        lowest, highest = amounts.window(amount)
        return SQL(
            """
            (SELECT state.transaction_id FROM settlement_transaction_state state
              WHERE %(open)s AND state.gross_minor > %(amount)s
                AND state.gross_minor <= %(highest)s
              ORDER BY state.gross_minor LIMIT %(limit)s)
             UNION ALL
            (SELECT state.transaction_id FROM settlement_transaction_state state
              WHERE %(open)s AND state.gross_minor < %(amount)s
                AND state.gross_minor >= %(lowest)s
              ORDER BY state.gross_minor DESC LIMIT %(limit)s)
            """,
            open=self._is_open_money_sql(currency),
            amount=amount,
            lowest=lowest,
            highest=highest,
            limit=PER_NEIGHBOUR,
        )

    # ------------------------------------------------------------------
    # By partner
    # ------------------------------------------------------------------

    @api.model
    def _money_of_partner(self, question, target):
        """Return open transactions from accounts and addresses of the partner."""
        if not target.partner_id:
            return []
        question.searched.append(
            self.env._("partners: %(names)s", names=target.partner)
        )
        found = self._row_ids(self._money_of_partner_sql(target.partner_id))
        if pairs := self._marks_of(target.partner_id):
            found += self._row_ids(self._money_by_reference_sql(pairs, PER_PAYER))
        return found

    @api.model
    def _money_of_partner_sql(self, partner_id):
        """Return the newest open transactions of which the partner is known."""
        return SQL(
            """
            SELECT known.id
              FROM (SELECT fact.id
                      FROM settlement_transaction fact
                     WHERE fact.partner_id = ANY(%(partners)s)
                       AND fact.company_id = %(company)s
                       AND fact.is_current
                     LIMIT %(limit)s) known
              JOIN settlement_transaction_state state ON state.transaction_id = known.id
             WHERE state.match_state IN %(waiting)s
             ORDER BY known.id DESC
             LIMIT %(newest)s
            """,
            partners=self._family(partner_id),
            company=self.env.company.id,
            limit=PER_PAYER,
            waiting=WAITING,
            newest=NEWEST,
        )

    @api.model
    def _family(self, partner_id):
        """Return the ids of the partners that are one customer."""
        return self._row_ids(
            SQL(
                "SELECT id FROM res_partner WHERE commercial_partner_id = %s LIMIT %s",
                partner_id,
                PER_REFERENCE,
            )
        )

    @api.model
    def _marks_of(self, partner_id):
        """Return the bank accounts and e-mail addresses of a customer."""
        query = SQL(
            """
            SELECT 'iban', bank.sanitized_acc_number
              FROM res_partner_bank bank
             WHERE bank.partner_id = ANY(%(family)s)
               AND bank.active
               AND bank.sanitized_acc_number IS NOT NULL
               AND (bank.company_id IS NULL OR bank.company_id = %(company)s)
             UNION
            SELECT 'email', lower(btrim(email))
              FROM res_partner WHERE id = ANY(%(family)s) AND email <> ''
             LIMIT %(limit)s
            """,
            family=self._family(partner_id),
            company=self.env.company.id,
            limit=MOST_REFERENCES,
        )
        return self.env.execute_query(query)
