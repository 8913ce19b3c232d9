from odoo import models
from odoo.tools import SQL


class SettlementVerification(models.AbstractModel):
    """Law 11: what codes mean was approved, and rows were read by it."""

    _inherit = "settlement.verification"

    def _checks(self):
        return [
            *super()._checks(),
            "_check_mappings_approved",
            "_check_mapped_rows",
            "_check_readings",
        ]

    def _check_mappings_approved(self):
        """Each mapping that holds, or held, is what somebody else approved."""
        decided = self.env["settlement.mapping"].search([("version", ">", 0)])
        agreed = self._agreed(decided)
        for mapping in decided:
            acts = agreed.get((mapping.id, mapping._fingerprint()), {})
            wanted = {"approve"}
            if mapping.state == "withdrawn":
                wanted.add("withdraw")
            if wanted <= set(acts) and acts["approve"] == mapping.approver_id.id:
                continue
            yield self._finding(
                11,
                "settlement.mapping",
                mapping.id,
                self.env._(
                    "%(mapping)s decides what rows are, and nobody approved it as it "
                    "stands.",
                    mapping=mapping.display_name,
                ),
            )

    def _agreed(self, mappings):
        """Return who agreed: (mapping id, fingerprint) → act → user id."""
        approvals = self.env["settlement.approval"]._all_of(mappings, "approved")
        agreed = {}
        for approval in approvals:
            content = approval.content or {}
            key = approval.subject_id, content.get("fingerprint")
            agreed.setdefault(key, {})[content.get("act")] = approval.decider_id.id
        return agreed

    def _check_mapped_rows(self):
        """A row that names a mapping is of its code, and of its kind."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT fact.id, mapping.version > 0
                  FROM settlement_transaction fact
                  JOIN settlement_mapping mapping ON mapping.id = fact.mapping_id
                 WHERE mapping.version = 0
                    OR mapping.company_id <> fact.company_id
                    OR mapping.backend_id <> fact.backend_id
                    OR mapping.kind <> fact.kind
                    OR fact.source_code IS NULL
                    OR fact.source_code NOT IN (
                        mapping.code, 'unknown:' || mapping.code)
                """
            )
        )
        for row_id, is_decided in rows:
            sentence = self.env._("It was not read as the mapping it names says.")
            if not is_decided:
                sentence = self.env._("It names a mapping that nobody has approved.")
            yield self._finding(11, "settlement.transaction", row_id, sentence)

    def _other_decisions(self, alias):
        """Return as SQL whether a decision that is no mapping explains a reading.

        :param alias: of the table of transactions.
        """
        return SQL("FALSE")

    def _check_readings(self):
        """A row was read under a decision about its code, or under none."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT fact.id
                  FROM settlement_transaction fact
                 WHERE fact.reading <> 0
                   AND NOT EXISTS (
                        SELECT FROM settlement_mapping mapping
                         WHERE mapping.company_id = fact.company_id
                           AND fact.source_code IN (
                                mapping.code, 'unknown:' || mapping.code)
                           AND mapping.decision >= fact.reading)
                   AND NOT (%s)
                """,
                self._other_decisions("fact"),
            )
        )
        for (row_id,) in rows:
            yield self._finding(
                11,
                "settlement.transaction",
                row_id,
                self.env._("No decision explains under which reading it counts."),
            )
