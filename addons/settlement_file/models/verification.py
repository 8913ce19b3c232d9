import hashlib

from odoo import models
from odoo.tools import SQL


class SettlementVerification(models.AbstractModel):
    """Law 11: layouts are what was approved, and files were read by approved ones."""

    _inherit = "settlement.verification"

    def _checks(self):
        return [*super()._checks(), "_check_layouts_approved", "_check_files_by_layout"]

    def _other_decisions(self, alias):
        """A reading may rest on the approval of a layout."""
        return SQL(
            """
            %(others)s OR EXISTS (
                SELECT FROM settlement_file_layout layout
                 WHERE layout.company_id = %(company)s
                   AND layout.approver_id IS NOT NULL
                   AND layout.decision >= %(reading)s)
            """,
            others=super()._other_decisions(alias),
            company=SQL.identifier(alias, "company_id"),
            reading=SQL.identifier(alias, "reading"),
        )

    def _check_layouts_approved(self):
        """Each layout that reads files, or did, is what somebody else approved."""
        layouts = self.env["settlement.file.layout"].search(
            [("approver_id", "!=", False)]
        )
        agreed = self._agreed_layouts(layouts)
        for layout in layouts:
            decider = agreed.get((layout.id, layout._fingerprint()))
            if decider != layout.approver_id.id:
                sentence = self.env._(
                    "%(layout)s says what files mean, and nobody approved it as it "
                    "stands.",
                    layout=layout.display_name,
                )
            elif not self._has_its_sample(layout):
                sentence = self.env._(
                    "%(layout)s was approved with another sample.",
                    layout=layout.display_name,
                )
            else:
                continue
            yield self._finding(11, layout._name, layout.id, sentence)

    def _agreed_layouts(self, layouts):
        """Return who approved which content: (layout, fingerprint) → user id."""
        approvals = self.env["settlement.approval"]._all_of(layouts, "approved")
        return {
            (approval.subject_id, (approval.content or {}).get("fingerprint")): (
                approval.decider_id.id
            )
            for approval in approvals
        }

    def _has_its_sample(self, layout):
        sample = layout._sample_bytes()
        found = hashlib.sha256(sample).hexdigest() if sample else ""
        return found == (layout.sample_sha256 or "")

    def _check_files_by_layout(self):
        """A file names a layout of its own company that was approved once."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT message.id
                  FROM settlement_message message
                  JOIN settlement_file_layout layout
                    ON layout.id = message.file_layout_id
                 WHERE layout.approver_id IS NULL
                    OR layout.company_id <> message.company_id
                """
            )
        )
        for (message_id,) in rows:
            yield self._finding(
                11,
                "settlement.message",
                message_id,
                self.env._(
                    "It was read by a layout that nobody of its company approved."
                ),
            )
