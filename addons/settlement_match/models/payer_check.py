from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ..engine import evidence, findings, rule

# What a payer who is known as somebody else takes away from the score.
OTHER_PAYER_WEIGHT = -20
# Outcomes that a person can be asked about with one proposal.
PROPOSED_OUTCOMES = ("exact", "sum")


class SettlementMatcher(models.AbstractModel):
    """A reference names a document, and the account says who paid: do they agree?

    Two documents may carry one number: the one of the payer is meant. If none of what
    a payment names is the payer's, it is matched only where an approved rule says
    that this payer pays for that partner; else a person decides.
    """

    _inherit = "settlement.matcher"

    @api.model
    def _fill_known_payers(self, company):
        """Fill ``settlement_known_payer``: payments with the partners of their account.

        :return: whether there are any.
        """
        named = SQL("SELECT transaction_id FROM settlement_pair")
        self._temporary(
            "settlement_known_payer", self._known_payers_sql(company, named)
        )
        query = SQL("SELECT EXISTS (SELECT FROM settlement_known_payer)")
        return self.env.execute_query(query)[0][0]

    @api.model
    def _known_payers_sql(self, company, transactions):
        """Return payments with the partners whose account they name.

        :param transactions: SELECT of the ids of payments.
        """
        return SQL(
            """
            SELECT DISTINCT given.transaction_id,
                   partner.commercial_partner_id AS partner_id
              FROM settlement_transaction_reference given
              JOIN res_partner_bank bank
                ON bank.sanitized_acc_number = given.text AND bank.active
              JOIN res_partner partner ON partner.id = bank.partner_id
             WHERE given.type = 'iban'
               AND given.company_id = %(company)s
               AND (bank.company_id IS NULL OR bank.company_id = %(company)s)
               AND given.transaction_id IN (%(transactions)s)
            """,
            company=company.id,
            transactions=transactions,
        )

    @api.model
    def _drop_namesakes_sql(self):
        """Forget a document of another partner whose number one of the payer's has."""
        return SQL(
            """
            WITH owned AS (
                SELECT pair.transaction_id, pair.move_line_id, pair.strongest,
                       bool_or(owner.commercial_partner_id = payer.partner_id) AS is_own
                  FROM settlement_pair pair
                  JOIN settlement_known_payer payer
                    ON payer.transaction_id = pair.transaction_id
                  LEFT JOIN res_partner owner ON owner.id = pair.partner_id
                 GROUP BY pair.transaction_id, pair.move_line_id, pair.strongest
            )
            DELETE FROM settlement_pair pair
             USING owned
             WHERE owned.transaction_id = pair.transaction_id
               AND owned.move_line_id = pair.move_line_id
               AND owned.is_own IS NOT TRUE
               AND EXISTS (
                    SELECT FROM owned own
                     WHERE own.transaction_id = pair.transaction_id
                       AND own.strongest = pair.strongest
                       AND own.is_own)
            """
        )

    @api.model
    def _hold_other_payers(self, company):
        """Take back decisions for documents that are not the known payer's."""
        self._temporary("settlement_other_payer", self._other_payers_sql())
        rows = self.env.execute_query_dict(
            SQL("SELECT * FROM settlement_other_payer ORDER BY transaction_id")
        )
        held = [row["transaction_id"] for row in rows]
        if rows and (versions := self._payer_versions(company)):
            held = [
                row["transaction_id"]
                for row in rows
                if not self._may_pay(versions, row)
            ]
        self.env.cr.execute(
            SQL(
                "DELETE FROM settlement_other_payer WHERE NOT transaction_id = ANY(%s)",
                held,
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE settlement_decision SET match_id = NULL "
                "WHERE transaction_id = ANY(%s)",
                held,
            )
        )

    @api.model
    def _other_payers_sql(self):
        """Return payments that would be matched with what is not their payer's.

        Of a single document its owner counts, of a sum every one.
        """
        return SQL(
            """
            SELECT decided.transaction_id,
                   array_agg(DISTINCT owner.commercial_partner_id) AS owner_ids,
                   min(owner.name) AS owner,
                   array_agg(DISTINCT payer.partner_id) AS payer_ids,
                   min(known.name) AS payer
              FROM settlement_decision leader
              JOIN settlement_decision decided
                ON decided.transaction_id = leader.transaction_id
               AND (leader.outcome = 'sum'
                    OR decided.document_id = leader.document_id)
              JOIN settlement_known_payer payer
                ON payer.transaction_id = leader.transaction_id
              JOIN res_partner known ON known.id = payer.partner_id
              JOIN res_partner owner ON owner.id = decided.partner_id
             WHERE leader.match_id IS NOT NULL
             GROUP BY decided.transaction_id
            HAVING NOT array_agg(DISTINCT owner.commercial_partner_id)
                   <@ array_agg(DISTINCT payer.partner_id)
            """
        )

    # ------------------------------------------------------------------
    # Who may pay for whom
    # ------------------------------------------------------------------

    @api.model
    def _payer_versions(self, company):
        """Return the approved rules that say for whom a payer pays."""
        versions = self.env["settlement.rule"]._engine_versions(company, ("payer",))
        records = self.env["settlement.rule.version"].browse(
            version.id for version in versions
        )
        return [
            (version, self._commercial_ids(record))
            for version, record in zip(versions, records, strict=True)
        ]

    @api.model
    def _commercial_ids(self, record):
        """Return (payers, partners they may pay for) of a rule, as companies."""
        return (
            set(record.partner_ids.commercial_partner_id.ids),
            set(record.pays_for_partner_ids.commercial_partner_id.ids),
        )

    @api.model
    def _may_pay(self, versions, row):
        """Return whether a rule lets the payer settle all these owners' documents."""
        fact = self.env["settlement.transaction"].browse(row["transaction_id"])
        payment = rule.Payment(
            backend_id=fact.backend_id.id,
            currency_id=fact.currency_id.id,
            amount=fact.state_ids.gross_minor,
            decimals=fact.currency_id.decimal_places,
            booked_on=fact.booked_on,
            account=fact.counterparty_account or "",
            texts=tuple(filter(None, (fact.counterparty_name, fact.description))),
        )
        owners, payers = set(row["owner_ids"]), set(row["payer_ids"])
        return any(
            owners <= payers | known | pays_for
            and version.is_effective(payment.booked_on)
            and version.conditions.hold(payment)
            and (not known or known & payers)
            for version, (known, pays_for) in versions
        )

    # ------------------------------------------------------------------
    # What a person sees
    # ------------------------------------------------------------------

    @api.model
    def _show_other_payers(self, run, stage, method):
        """Propose what somebody else paid, and note why it is a question."""
        rows = self.env.execute_query_dict(self._held_decisions_sql())
        by_payment = {}
        for row in rows:
            by_payment.setdefault(row["id"], []).append(row)
        plans, found = [], []
        for transaction_id, items in by_payment.items():
            first = items[0]
            documents = {row["document_id"]: self._document_of(row) for row in items}
            sentence = findings.document_of_another(
                self._payment_of(first),
                list(documents.values()),
                first["owner"],
                first["payer"],
            )
            run.note(transaction_id, "partner_conflict", sentence)
            if first["outcome"] in PROPOSED_OUTCOMES:
                plans.append(self._other_payer_plan(items, method))
                found.append((transaction_id, "partner_conflict", sentence))
        if plans:
            plan = self._plan_given(plans, stage, method)
            self._propose_plan(run, plan)
            # At once: a later run does not look at what is proposed already.
            self._raise_all("settlement.transaction", found)

    @api.model
    def _held_decisions_sql(self):
        """Return the items that held payments would settle, payment by payment."""
        return SQL(
            """
            SELECT item.transaction_id AS id, item.document_id, item.outcome,
                   item.source_open, item.document_open, item.open_minor,
                   item.move_line_id, item.currency_id AS source_currency_id,
                   item.document_currency_id, item.strongest,
                   item.rate_off, item.is_stated_rate,
                   fact.external_id, fact.booked_on, move.name AS document,
                   held.owner, held.payer
              FROM settlement_other_payer held
              JOIN settlement_decision leader
                ON leader.transaction_id = held.transaction_id AND leader.is_leader
              JOIN settlement_decision item
                ON item.transaction_id = held.transaction_id
               AND (leader.outcome = 'sum' OR item.document_id = leader.document_id)
              JOIN settlement_transaction fact ON fact.id = item.transaction_id
              JOIN account_move move ON move.id = item.document_id
             ORDER BY item.transaction_id, item.document_id, item.starts,
                      item.move_line_id
            """
        )

    @api.model
    def _basis_of(self, row):
        """Return in what the money of a decision is compared with its document."""
        if row["source_currency_id"] == row["document_currency_id"]:
            return evidence.SAME_CURRENCY
        if row["rate_off"] is None:
            return evidence.PRESENTMENT
        return evidence.STATED_RATE if row["is_stated_rate"] else evidence.DAY_RATE

    @api.model
    def _other_payer_plan(self, items, method):
        """Return the plan of a proposal; ``items`` as ``_held_decisions_sql``."""
        first = items[0]
        kind = evidence.REFERENCE_KINDS[int(first["strongest"][0])]
        pieces = evidence.of_reference(kind, first["outcome"], self._basis_of(first))
        pieces[0]["text"] = first["strongest"][1:]
        if first["rate_off"] is not None:
            pieces[-1]["text"] = f"{Decimal(first['rate_off']).scaleb(-1)} %"
        pieces.append(
            evidence.contribution("other_payer", OTHER_PAYER_WEIGHT, first["payer"])
        )
        source = {
            "side": "source",
            "transaction_id": first["id"],
            "amount_minor": int(first["source_open"]),
        }
        targets = [
            {
                "side": "target",
                "move_line_id": item["move_line_id"],
                "currency_id": item["document_currency_id"],
                "amount_minor": int(item["open_minor"]),
            }
            for item in items
            if item["open_minor"]
        ]
        return {
            "currency_id": first["source_currency_id"],
            "amount_minor": int(first["source_open"]),
            "score": evidence.score(pieces),
            "evidence": {"contributions": pieces},
            "unique_proof": evidence.proof(first["outcome"]),
            "kind": f"{method}/other_payer",
            "lines": [source, *targets],
        }
