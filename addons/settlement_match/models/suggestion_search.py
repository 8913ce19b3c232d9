from odoo import api, models
from odoo.tools import SQL

from ..engine import amounts, likeness
from .suggestion_facts import BANK_KINDS

# Most rows that each clue may bring; more would be neither read nor fast.
PER_REFERENCE = 50
PER_AMOUNT = 20
PER_VARIANT = 3
PER_NEIGHBOUR = 12
PER_PARTNER = 150
MOST_REFERENCES = 120
# A text that occurs as a reference may be the number of a document in any field.
TEXT_TYPES = ("invoice", "structured", "order")
NAMING_TYPES = (*TEXT_TYPES, "provider")


class SettlementSuggestion(models.AbstractModel):
    """What money may be for: candidates by index, a bounded number for each clue."""

    _inherit = "settlement.suggestion"

    @api.model
    def _targets_for(self, question):
        """Return the engine's Targets that the asked money may be for."""
        money = question.asked
        items = {
            *self._items_by_reference(question, money),
            *self._items_by_amount(question, money),
            *self._items_of_payers(question, money),
        }
        found = self._targets("account.move.line", sorted(items))
        expected = self._row_ids(self._expected_by_amount_sql(money))
        found += self._targets("settlement.expected.payment", expected)
        if question.record._name == "settlement.transaction":
            found += self._targets("settlement.transaction", self._others(money))
            if question.record.kind in BANK_KINDS:
                payouts = self._row_ids(self._payouts_by_amount_sql(money))
                found += self._targets("settlement.batch", payouts)
        return found

    @api.model
    def _row_ids(self, query):
        """Return the first column of a query, each id once."""
        return sorted({row[0] for row in self.env.execute_query(query)})

    # ------------------------------------------------------------------
    # By reference
    # ------------------------------------------------------------------

    @api.model
    def _items_by_reference(self, question, money):
        """Return journal items whose document the money names."""
        pairs = self._names_given(money)
        if money.is_cut or len(pairs) > MOST_REFERENCES:
            pairs = pairs[:MOST_REFERENCES]
            question.bounds.append(
                self.env._(
                    "Its texts are long: only the %(most)s most likely references "
                    "in them were looked up.",
                    most=MOST_REFERENCES,
                )
            )
        if not pairs:
            return []
        fields = (text for kind, text in money.references if kind in NAMING_TYPES)
        texts = list(dict.fromkeys([*sorted(fields), *money.words]))
        question.searched.append(
            self.env._("references: %(texts)s", texts=", ".join(texts[:10]))
        )
        found = self._row_ids(self._items_by_reference_sql(pairs))
        # Documents that are too fresh to be known by their references.
        return found + self._row_ids(self._items_by_name_sql(money.spoken))

    @api.model
    def _names_given(self, money):
        """Return (type, text) of all references that may name a document.

        First what stands in a field of its own, then the best words of the texts,
        then both with two neighbouring characters swapped, then all other words.
        """
        fields = sorted(pair for pair in money.references if pair[0] in NAMING_TYPES)
        spoken = [(kind, text) for text in money.words for kind in TEXT_TYPES]
        numbers = [text for kind, text in fields if kind == "invoice"]
        swapped = [
            ("invoice", other)
            for text in dict.fromkeys([*numbers, *money.words[:2]])
            for other in likeness.transpositions(text)
        ]
        few = MOST_REFERENCES // 4
        pairs = [*fields, *spoken[:few], *swapped[:few], *spoken[few:]]
        return list(dict.fromkeys(pairs))

    @api.model
    def _items_by_reference_sql(self, pairs):
        """Return journal items by (type, text), payments of a provider included."""
        return SQL(
            """
            SELECT COALESCE(named.move_line_id, entry.id)
              FROM unnest(%(kinds)s::text[], %(texts)s::text[]) AS given (type, text)
             CROSS JOIN LATERAL (
                SELECT document.move_line_id, document.payment_transaction_id
                  FROM settlement_document_reference document
                 WHERE document.key = hashtextextended(given.type || ':' || given.text,
                                                       0)
                   AND document.company_id = %(company)s
                   AND document.type = given.type
                   AND document.text = given.text
                 LIMIT %(limit)s) named
              LEFT JOIN payment_transaction paid
                ON paid.id = named.payment_transaction_id
              LEFT JOIN account_payment payment ON payment.id = paid.payment_id
              LEFT JOIN account_move_line entry
                ON entry.move_id = payment.move_id
               AND entry.account_id = payment.outstanding_account_id
             WHERE COALESCE(named.move_line_id, entry.id) IS NOT NULL
            """,
            kinds=[kind for kind, _text in pairs],
            texts=[text for _kind, text in pairs],
            company=self.env.company.id,
            limit=PER_REFERENCE,
        )

    @api.model
    def _items_by_name_sql(self, names):
        """Return journal items of documents that are called so, by Odoo's own index."""
        return SQL(
            """
            SELECT entry.id
              FROM unnest(%(names)s::text[]) AS given (name)
             CROSS JOIN LATERAL (
                SELECT move.id
                  FROM account_move move
                 WHERE move.name = given.name
                   AND move.state = 'posted'
                   AND move.name <> '/'
                   AND move.company_id = %(company)s
                 LIMIT %(limit)s) document
              JOIN account_move_line entry ON entry.move_id = document.id
             WHERE %(open)s
             LIMIT %(most)s
            """,
            names=list(names),
            company=self.env.company.id,
            limit=PER_REFERENCE,
            open=self._is_open_item_sql(),
            most=PER_PARTNER,
        )

    # ------------------------------------------------------------------
    # By amount
    # ------------------------------------------------------------------

    @api.model
    def _items_by_amount(self, question, money):
        """Return journal items of the same amount, less a fee, or nearly so."""
        currencies = self.env["res.currency"]
        offered = [(currencies.browse(money.currency_id), money.amount)]
        if money.presentment:
            name, amount = money.presentment
            offered.append((self._currency_named(name), amount))
        found = []
        for currency, amount in offered:
            question.searched.append(
                self.env._(
                    "amounts: %(amount)s and near it",
                    amount=self._written(amount, currency),
                )
            )
            wanted = amounts.variants(amount, money.fees)
            for values, most in (
                (wanted[:1], PER_AMOUNT),
                (wanted[1:], PER_VARIANT),
            ):
                found += self._row_ids(
                    self._items_of_amount_sql(currency, values, money.day, most)
                )
            found += self._row_ids(self._items_near_sql(currency, amount))
            found += self._row_ids(self._parts_sql("move_line_id", currency, wanted))
        return found

    @api.model
    def _currency_named(self, name):
        currencies = self.env["res.currency"].with_context(active_test=False)
        return currencies.search([("name", "=", name)], limit=1)

    @api.model
    def _major_sql(self, minor, currency):
        """Return minor units as the numeric that the ledger stores."""
        return SQL("(%s::numeric / %s)", minor, 10**currency.decimal_places)

    @api.model
    def _items_of_amount_sql(self, currency, wanted, day, most):
        """Return journal items of these amounts, the nearest in time of each.

        :param most: so many items before the day, and as many after it.
        """
        base = SQL(
            "%s AND entry.currency_id = %s AND entry.amount_residual_currency = %s",
            self._is_open_item_sql(),
            currency.id,
            self._major_sql(SQL("wanted.amount"), currency),
        )
        return SQL(
            """
            SELECT found.id
              FROM unnest(%(wanted)s::int8[]) AS wanted (amount)
             CROSS JOIN LATERAL (
                (SELECT entry.id FROM account_move_line entry
                  WHERE %(base)s AND entry.date <= %(day)s
                  ORDER BY entry.date DESC LIMIT %(limit)s)
                 UNION ALL
                (SELECT entry.id FROM account_move_line entry
                  WHERE %(base)s AND entry.date > %(day)s
                  ORDER BY entry.date LIMIT %(limit)s)) found
            """,
            wanted=wanted,
            base=base,
            day=day,
            limit=most,
        )

    @api.model
    def _items_near_sql(self, currency, amount):
        """Return the journal items next to an amount, above and below it."""
        lowest, highest = amounts.window(amount)
        base = SQL(
            "%s AND entry.currency_id = %s", self._is_open_item_sql(), currency.id
        )
        return SQL(
            """
            (SELECT entry.id FROM account_move_line entry
              WHERE %(base)s
                AND entry.amount_residual_currency > %(amount)s
                AND entry.amount_residual_currency <= %(highest)s
              ORDER BY entry.amount_residual_currency LIMIT %(limit)s)
             UNION ALL
            (SELECT entry.id FROM account_move_line entry
              WHERE %(base)s
                AND entry.amount_residual_currency < %(amount)s
                AND entry.amount_residual_currency >= %(lowest)s
              ORDER BY entry.amount_residual_currency DESC LIMIT %(limit)s)
            """,
            base=base,
            amount=self._major_sql(amount, currency),
            lowest=self._major_sql(lowest, currency),
            highest=self._major_sql(highest, currency),
            limit=PER_NEIGHBOUR,
        )

    @api.model
    def _parts_sql(self, column, currency, wanted):
        """Return items of which a part is claimed and the rest has these amounts."""
        return SQL(
            """
            SELECT found.id
              FROM unnest(%(wanted)s::int8[]) AS wanted (amount)
             CROSS JOIN LATERAL (
                SELECT claim.%(column)s AS id
                  FROM settlement_claim claim
                 WHERE claim.company_id = %(company)s
                   AND claim.currency_id = %(currency)s
                   AND claim.claimed_minor > 0
                   AND claim.claimed_minor < claim.total_minor
                   AND claim.total_minor - claim.claimed_minor = abs(wanted.amount)
                   AND claim.%(column)s IS NOT NULL
                 LIMIT %(limit)s) found
            """,
            wanted=wanted,
            column=SQL.identifier(column),
            company=self.env.company.id,
            currency=currency.id,
            limit=PER_AMOUNT,
        )

    @api.model
    def _expected_by_amount_sql(self, money):
        """Return expected payments of the same amount, less a fee, or nearly so."""
        return self._by_minor_sql(
            SQL("settlement_expected_payment"),
            SQL("amount_minor"),
            SQL("state IN ('open', 'late')"),
            money,
        )

    @api.model
    def _payouts_by_amount_sql(self, money):
        """Return payouts of the same amount, or nearly so."""
        return self._by_minor_sql(
            SQL("settlement_batch"),
            SQL("total_minor"),
            SQL("kind = 'payout' AND is_stated"),
            money,
        )

    @api.model
    def _by_minor_sql(self, table, column, condition, money):
        """Return ids of a table that keeps its amounts in minor units."""
        lowest, highest = amounts.window(money.amount)
        base = SQL(
            "company_id = %s AND currency_id = %s AND %s",
            self.env.company.id,
            money.currency_id,
            condition,
        )
        return SQL(
            """
            SELECT found.id
              FROM unnest(%(wanted)s::int8[]) AS wanted (amount)
             CROSS JOIN LATERAL (
                SELECT id FROM %(table)s
                 WHERE %(base)s AND %(column)s = wanted.amount
                 LIMIT %(most)s) found
             UNION ALL
            (SELECT id FROM %(table)s
              WHERE %(base)s AND %(column)s > %(amount)s AND %(column)s <= %(highest)s
              ORDER BY %(column)s LIMIT %(limit)s)
             UNION ALL
            (SELECT id FROM %(table)s
              WHERE %(base)s AND %(column)s < %(amount)s AND %(column)s >= %(lowest)s
              ORDER BY %(column)s DESC LIMIT %(limit)s)
            """,
            wanted=amounts.variants(money.amount, money.fees),
            table=table,
            column=column,
            base=base,
            most=2 * PER_AMOUNT,
            amount=money.amount,
            lowest=lowest,
            highest=highest,
            limit=PER_NEIGHBOUR,
        )

    @api.model
    def _others(self, money):
        """Return other money of the same amount that went the opposite way."""
        query = self._open_money_sql(
            self.env["res.currency"].browse(money.currency_id),
            [-money.amount],
            money.day,
            2 * PER_AMOUNT,
        )
        return [row_id for row_id in self._row_ids(query) if row_id != money.key[1]]
