from odoo import api, models
from odoo.tools import SQL

from ..engine import rule
from ..engine.suggestion_facts import Ruled
from .suggestion_payers import MOST_PARTNERS

# So many earlier payments under a mandate say whose it is.
MOST_EARLIER = 200


class SettlementSuggestion(models.AbstractModel):
    """What approved rules and mandates say about who paid, and about differences."""

    _inherit = "settlement.suggestion"

    @api.model
    def _rules_in_force(self):
        """Return the approved rules of the company, in the order they are tried."""
        # Rules hold whoever asks.
        versions = self.env["settlement.rule"].sudo()._engine_versions(self.env.company)
        stored = self.env["settlement.rule.version"].sudo()
        found = []
        for version in versions:
            record = stored.browse(version.id)
            partners = record.partner_ids | record.pays_for_partner_ids
            names = {
                partner.id: partner.name or ""
                for partner in partners.commercial_partner_id
            }
            found.append(Ruled(version, record.display_name, names))
        return found

    @api.model
    def _as_rules_see(self, row, payers):
        """Return one row of money as the conditions of rules look at it."""
        return rule.Payment(
            backend_id=row["backend_id"] or 0,
            currency_id=row["currency_id"],
            amount=row["gross"],
            decimals=row["decimals"],
            booked_on=row["day"],
            partner_ids=frozenset(payers),
            account=row["account"] or "",
            texts=tuple(text for text in row["texts"] if text),
        )

    @api.model
    def _rules_for(self, rules, row):
        """Return the rules that hold on the day of a row."""
        if not row["day"]:
            return ()
        return tuple(ruled for ruled in rules if ruled.version.is_effective(row["day"]))

    @api.model
    def _discounted(self, row):
        """Return (last day, what is to be paid until then) by a document's terms."""
        if not row.get("discount_on"):
            return None
        return row["discount_on"], row["discounted"]

    @api.model
    def _payers_by_rules(self, rules, payment):
        """Return partner id → (the clue, the rule, the name) by approved rules."""
        found = {}
        for ruled in rules:
            version = ruled.version
            if version.purpose != rule.PAYER or not version.conditions.hold(payment):
                continue
            for partner_id, name in ruled.partners.items():
                found.setdefault(partner_id, ("rule", ruled.name, name))
        return dict(list(found.items())[:MOST_PARTNERS])

    @api.model
    def _partners_by_mandate(self, ids):
        """Return whose documents were paid under the same mandates before.

        :param ids: of transactions.
        :return: transaction id → [(partner id, name, mandate), …].
        """
        if not ids:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT used.id, partner.commercial_partner_id, partner.name,
                       used.text
                  FROM (SELECT given.transaction_id AS id, given.text, earlier.paid_id
                          FROM settlement_transaction_reference given
                         CROSS JOIN LATERAL (
                            SELECT other.transaction_id AS paid_id
                              FROM settlement_transaction_reference other
                             WHERE other.key = given.key
                               AND other.type = given.type
                               AND other.text = given.text
                               AND other.company_id = given.company_id
                               AND other.transaction_id <> given.transaction_id
                             ORDER BY other.transaction_id DESC
                             LIMIT %s) earlier
                         WHERE given.transaction_id = ANY(%s)
                           AND given.type = 'mandate') used
                  JOIN settlement_match_line money
                    ON money.transaction_id = used.paid_id
                  JOIN settlement_match match
                    ON match.id = money.match_id
                   AND match.state IN ('confirmed', 'posted')
                  JOIN settlement_match_line paid
                    ON paid.match_id = match.id AND paid.side = 'target'
                  JOIN account_move_line entry ON entry.id = paid.move_line_id
                  JOIN res_partner partner ON partner.id = entry.partner_id
                 ORDER BY used.id, partner.commercial_partner_id, partner.name
                """,
                MOST_EARLIER,
                list(ids),
            )
        )
        found = {}
        for row_id, *partner in rows:
            found.setdefault(row_id, []).append(tuple(partner))
        return found
