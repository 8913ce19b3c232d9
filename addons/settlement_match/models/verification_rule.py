from odoo import models
from odoo.tools import SQL


class SettlementVerification(models.AbstractModel):
    """Law 11: rules are what was approved, and matches rest on approved ones."""

    _inherit = "settlement.verification"

    def _checks(self):
        return [*super()._checks(), "_check_rules_approved", "_check_matches_by_rule"]

    def _check_rules_approved(self):
        """Each version that holds, or held, is what somebody else approved."""
        versions = self.env["settlement.rule.version"].search(
            [("fingerprint", "!=", False)]
        )
        agreed = self._agreed_rules(versions)
        for version in versions:
            content = version._content_hash()
            if (
                version.fingerprint == content
                and agreed.get((version.id, content)) == version.approver_id.id
            ):
                continue
            yield self._finding(
                11,
                version._name,
                version.id,
                self.env._(
                    "%(rule)s decides what is matched, and nobody approved it as it "
                    "stands.",
                    rule=version.display_name,
                ),
            )

    def _agreed_rules(self, versions):
        """Return who approved which content: (version, fingerprint) → user id."""
        approvals = self.env["settlement.approval"]._all_of(versions, "approved")
        return {
            (approval.subject_id, (approval.content or {}).get("fingerprint")): (
                approval.decider_id.id
            )
            for approval in approvals
        }

    def _check_matches_by_rule(self):
        """A match names a version of its own company that was approved once.

        And one that settles more or less than its money has a rule, the terms of a
        document, or a person behind it.
        """
        yield from self._rows_found(
            11,
            "settlement.match",
            SQL(
                """
                SELECT match.id
                  FROM settlement_match match
                  LEFT JOIN settlement_rule_version version
                    ON version.id = match.rule_version_id
                 WHERE match.state <> 'undone'
                   AND ((match.rule_version_id IS NOT NULL
                         AND (version.approver_id IS NULL
                              OR version.company_id <> match.company_id))
                     OR (match.rule_version_id IS NULL
                         AND match.is_automatic
                         AND match.difference_minor <> 0
                         AND match.difference_kind <> 'discount'))
                """
            ),
            self.env._("No approved rule of its company allows it."),
        )
