from itertools import chain

from odoo import api, models
from odoo.tools import SQL

from ..canonical import kinds
from ..canonical.disputes import DisputeRow, grouped
from ..canonical.errors import MalformedInput

FEE_KINDS = ("fee", "fee_refund")
# Places in the rows that are read: what a row is, and the ids that it knows.
KIND, NAMES = 2, (3, 8, 9)


class SettlementDispute(models.Model):
    """How disputes follow from rows and from what providers say."""

    _inherit = "settlement.dispute"

    # ------------------------------------------------------------------
    # What is said
    # ------------------------------------------------------------------

    @api.model
    def _store_facts(self, backend, facts, rejected):
        """Keep what the provider says of disputes; each version once.

        :param facts: list of (message, DisputeFact).
        :param rejected: list to which what cannot be stored is appended.
        :return: (how many versions were new, ids of the disputes they are about).
        """
        store = self.env["settlement.fact.store"]
        currencies = store._currency_ids()
        added = self.env["settlement.dispute.version"]
        for number, (message, fact) in enumerate(facts, 1):
            try:
                added |= self._store_fact(backend, message, fact, currencies)
            except MalformedInput as error:
                rejected.append((message, store._refused(number, fact, error)))
        if added:
            self.env["settlement.event"]._log("dispute.stored", backend, rows=added)
        return len(added), added.dispute_id.mapped("external_id")

    @api.model
    def _store_fact(self, backend, message, fact, currencies):
        """Return the version that a fact adds, none if it was known."""
        versions = self.env["settlement.dispute.version"]
        values = versions._values_of(fact, currencies)
        dispute = self._named(backend, [fact.external_id])
        if any(version._says(values) for version in dispute.version_ids):
            return versions
        dispute = dispute or self.create(
            {
                "backend_id": backend.id,
                "external_id": fact.external_id,
                "currency_id": values["currency_id"],
            }
        )
        return versions.create(
            {
                **values,
                "dispute_id": dispute.id,
                "company_id": backend.company_id.id,
                "message_id": message.id,
            }
        )

    @api.model
    def _named(self, backend, names):
        """Return the disputes of these ids, merged ones included."""
        return self.with_context(active_test=False).search(
            [("backend_id", "=", backend.id), ("external_id", "in", list(names))]
        )

    # ------------------------------------------------------------------
    # What rows say
    # ------------------------------------------------------------------

    @api.model
    def _follow_rows(self, backend, added, stated=()):
        """Bring disputes up to date after rows were stored.

        :param added: ids of fresh transactions, revisions included.
        :param stated: ids of disputes of which the provider said something new.
        """
        names = {*stated, *self._touched_names(backend, added)}
        if names:
            self._refresh_named(backend, names)
        if added:
            self._link_charges(backend, added)

    @api.model
    def _touched_names(self, backend, added):
        """Return ids of objects whose disputes fresh rows may change."""
        if not added:
            return []
        rows = self.env.execute_query(
            SQL(
                """
                SELECT fact.external_id, fact.source_external_id,
                       fact.parent_external_id, dispute.external_id
                  FROM settlement_transaction fact
                  LEFT JOIN settlement_transaction former
                    ON fact.revision > 1
                   AND former.backend_id = fact.backend_id
                   AND former.external_id = fact.external_id
                   AND former.occurrence = fact.occurrence
                   AND former.dispute_id IS NOT NULL
                  LEFT JOIN settlement_dispute dispute ON dispute.id = former.dispute_id
                 WHERE fact.id = ANY(%(added)s)
                   AND (fact.kind IN %(kinds)s
                        OR former.dispute_id IS NOT NULL
                        OR (fact.kind IN %(fees)s AND EXISTS (
                            SELECT FROM settlement_dispute known
                             WHERE known.backend_id = %(backend)s
                               AND known.external_id IN (
                                   fact.source_external_id, fact.parent_external_id))))
                """,
                added=list(added),
                kinds=kinds.DISPUTE_KINDS,
                fees=FEE_KINDS,
                backend=backend.id,
            )
        )
        return {name for row in rows for name in row if name}

    @api.model
    def _link_charges(self, backend, added):
        """Link disputes with payments that came, or were revised, after them."""
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE settlement_dispute AS dispute
                   SET charge_transaction_id = charge.id
                  FROM settlement_transaction charge
                 WHERE charge.id = ANY(%(added)s)
                   AND charge.is_current
                   AND charge.kind = 'charge'
                   AND charge.gross_amount > 0
                   AND dispute.backend_id = %(backend)s
                   AND dispute.charge_external_id = charge.source_external_id
                   AND dispute.charge_transaction_id IS DISTINCT FROM charge.id
                RETURNING dispute.id
                """,
                added=list(added),
                backend=backend.id,
            )
        )
        if rows:
            self.invalidate_model(["charge_transaction_id", "partner_id"])

    def _refresh(self):
        """Bring these disputes up to date with their rows and versions."""
        for backend, disputes in self.grouped("backend_id").items():
            self._refresh_named(backend, disputes.mapped("external_id"))

    @api.model
    def _refresh_named(self, backend, names):
        """Bring disputes known under any of these ids up to date.

        All rows that hang together with them are read, so that the order in which
        they came does not matter.
        """
        self.env.flush_all()
        of_payments = self._of_payments(backend, names)
        names = {*names, *of_payments, *chain.from_iterable(of_payments.values())}
        rows, wallets, names = self._rows_around(backend, names)
        of_payments = self._of_payments(backend, names)
        names = {*names, *chain.from_iterable(of_payments.values())}
        known = self._named(backend, names)
        stated = known.filtered("version_ids").mapped("external_id")
        groups = grouped(rows, stated, of_payments)
        existing = {dispute.external_id: dispute for dispute in known}
        disputes = self.browse()
        for key in sorted({*groups, *existing}):
            members = groups.get(key, [])
            dispute = existing.get(key) or self._create_for(
                backend, key, wallets[members[0].id]
            )
            dispute._assign_rows([row.id for row in members])
            dispute._bring_up_to_date(members, wallets)
            disputes |= dispute
        disputes._note_merged()
        disputes._follow_exceptions()

    @api.model
    def _of_payments(self, backend, names):
        """Return the disputes that the provider says are about some payments.

        :param names: ids of payments, or of disputes whose payments are meant.
        :return: id of a payment → ids of disputes.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT said.charge_external_id, dispute.external_id
                  FROM settlement_dispute_version said
                  JOIN settlement_dispute dispute ON dispute.id = said.dispute_id
                 WHERE dispute.backend_id = %(backend)s
                   AND said.charge_external_id IS NOT NULL
                   AND dispute.id IN (
                        SELECT id FROM settlement_dispute
                         WHERE backend_id = %(backend)s
                           AND external_id = ANY(%(names)s)
                         UNION
                        SELECT dispute_id FROM settlement_dispute_version
                         WHERE charge_external_id = ANY(%(names)s))
                """,
                backend=backend.id,
                names=list(names),
            )
        )
        found = {}
        for payment, dispute in rows:
            found.setdefault(payment, set()).add(dispute)
        return found

    @api.model
    def _create_for(self, backend, key, wallet):
        return self.create(
            {
                "backend_id": backend.id,
                "external_id": key,
                "wallet_id": wallet.id,
                "currency_id": wallet.currency_id.id,
            }
        )

    @api.model
    def _rows_around(self, backend, names):
        """Return all rows that hang together with these ids.

        :return: (DisputeRows, row id → wallet, all ids that were met).
        """
        while True:
            records = self.env.execute_query(self._rows_sql(backend, names))
            # Fees may name any payment: only rows of disputes lead further.
            met = {
                text
                for record in records
                if record[KIND] in kinds.DISPUTE_KINDS
                for text in (record[column] for column in NAMES)
                if text
            }
            if met <= names:
                break
            names = names | met
        wallets = self.env["settlement.wallet"]
        rows = [DisputeRow(*record[1:]) for record in records]
        of_row = {record[1]: wallets.browse(record[0]) for record in records}
        return rows, of_row, names

    @api.model
    def _rows_sql(self, backend, names):
        """Return current rows that name, or are, one of these ids.

        The columns are the wallet and the fields of a DisputeRow.
        """
        columns = SQL(
            """
            fact.wallet_id, fact.id, fact.kind, fact.external_id,
            (fact.gross_amount * 10 ^ currency.decimal_places)::int8 AS gross,
            fact.booked_on,
            ((fact.fee_amount + fact.tax_amount)
                * 10 ^ currency.decimal_places)::int8 AS costs,
            currency.name AS currency, COALESCE(fact.source_external_id, '') AS source,
            COALESCE(fact.parent_external_id, '') AS parent,
            COALESCE(fact.source_code, '') AS code
            """
        )
        return SQL(
            """
            SELECT %(columns)s
              FROM settlement_transaction fact
              JOIN res_currency currency ON currency.id = fact.currency_id
             WHERE fact.backend_id = %(backend)s
               AND fact.is_current
               AND fact.kind IN ('dispute', 'dispute_reversal', 'dispute_fee')
               AND fact.provider_state <> 'rejected'
               AND (fact.source_external_id = ANY(%(names)s)
                    OR fact.parent_external_id = ANY(%(names)s)
                    OR fact.external_id = ANY(%(names)s))
             UNION
            SELECT %(columns)s
              FROM settlement_transaction fact
              JOIN res_currency currency ON currency.id = fact.currency_id
             WHERE fact.backend_id = %(backend)s
               AND fact.is_current
               AND fact.kind IN %(fees)s
               AND fact.provider_state <> 'rejected'
               AND (fact.source_external_id = ANY(%(names)s)
                    OR fact.parent_id IN (
                        SELECT id FROM settlement_transaction
                         WHERE backend_id = %(backend)s
                           AND kind = 'dispute'
                           AND source_external_id = ANY(%(names)s)))
            """,
            columns=columns,
            backend=backend.id,
            names=list(names),
            fees=FEE_KINDS,
        )
