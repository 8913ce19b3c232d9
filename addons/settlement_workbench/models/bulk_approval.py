from odoo import api, fields, models

# Entries that stand today are shown up to this many.
SHOWN_TODAY = 3


class SettlementApproval(models.Model):
    """What somebody decides on, shown as it would be: before, after, and why."""

    _inherit = "settlement.approval"

    is_for_me = fields.Boolean(
        compute="_compute_is_for_me",
        search="_search_is_for_me",
        help="Whether the user may decide on it.",
    )
    subject_name = fields.Char("About", compute="_compute_subject")
    amount_text = fields.Char("Amount", compute="_compute_subject")

    @api.depends("state", "requester_id")
    @api.depends_context("uid")
    def _compute_is_for_me(self):
        may = self.has_access("write") if self.ids else False
        for approval in self:
            approval.is_for_me = (
                may
                and approval.state == "waiting"
                and approval.requester_id != self.env.user
            )

    def _search_is_for_me(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        if not self.has_access("write"):
            return [(0, "=", 1)]
        return [("state", "=", "waiting"), ("requester_id", "!=", self.env.uid)]

    @api.depends("subject_model", "subject_id", "content")
    def _compute_subject(self):
        for approval in self:
            subject = approval._subject()
            seen = subject.has_access("read") if subject else False
            approval.subject_name = subject.display_name if seen else False
            approval.amount_text = approval._amount_words()

    def _subject(self):
        """Return the record that is decided on, empty if it is gone."""
        self.ensure_one()
        if self.subject_model not in self.env:
            return self.env["settlement.exception"]
        return self.env[self.subject_model].browse(self.subject_id).exists()

    def _amount_words(self):
        content = self.content if isinstance(self.content, dict) else {}
        return ", ".join(content.get("sums") or ()) or content.get("amount") or ""

    def action_open_subject(self):
        """Open what is decided on."""
        self.ensure_one()
        self.check_access("read")
        return self._subject()._get_records_action(target="current")

    def action_ask_comment(self):
        """Open the dialogue that takes a comment with the decision."""
        self.ensure_one()
        self.check_access("write")
        wizard = self.env["settlement.approval.decision"].create(
            {"approval_id": self.id}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decide"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_look(self):
        """Return what is there today and what there would be after approval.

        Nothing of it stays.

        :return: dict with ``before`` and ``after`` (lists of entries), ``score``,
            ``evidence``, ``effect`` and ``why_not``, as far as they are known.
        """
        self.ensure_one()
        self.check_access("read")
        subject = self._subject()
        if not subject or not subject.has_access("read"):
            return {}
        if hasattr(subject, "_approval_look"):
            return subject._approval_look(self.content or {}, self.state)
        return {}


class SettlementException(models.Model):
    _inherit = "settlement.exception"

    def _approval_look(self, content, state):
        """Return what an approver looks at, see ``action_look``."""
        self.ensure_one()
        looked = {
            "effect": self._verbs()[content["verb"]].effect,
            "before": self._entries_today(),
            **self._evidence_today(),
        }
        if state != "waiting":
            return looked
        seen, why_not = self._look(content["verb"], content.get("values") or {})
        if seen:
            looked["after"] = self._shown(seen)["entries"]
        return {**looked, "why_not": why_not}

    def _subject_lines(self):
        """Return the posted journal items of the payment that it is about."""
        if self.subject_model != "settlement.transaction":
            return self.env["account.move.line"]
        return self.env["account.move.line"].search(
            [
                ("settlement_transaction_id", "=", self.subject_id),
                ("parent_state", "=", "posted"),
            ]
        )

    def _entries_today(self):
        """Return the entries that stand for its payment today, as shown."""
        moves = self._subject_lines().move_id[:SHOWN_TODAY]
        return [self._standing_entry(move) for move in moves]

    def _standing_entry(self, move):
        return {
            "kind": "posted",
            "journal": move.journal_id.display_name,
            "date": fields.Date.to_string(move.date),
            "reference": move.name,
            "lines": [
                self._standing_line(line)
                for line in move.line_ids
                if line.settlement_transaction_id.id in (self.subject_id, False)
            ],
        }

    def _standing_line(self, line):
        own = line.company_currency_id
        return {
            "account": line.account_id.display_name,
            "partner": line.partner_id.display_name or "",
            "label": line.name or "",
            "debit": own.format(line.debit) if line.debit else "",
            "credit": own.format(line.credit) if line.credit else "",
            "currency": line.currency_id.name,
            "amount_currency": ""
            if line.currency_id == own
            else line.currency_id.format(line.amount_currency),
            "taxes": ", ".join(line.tax_ids.mapped("name")),
        }

    def _evidence_today(self):
        """Return score and evidence of the match that it hangs on, if there is one."""
        match = self.match_id
        if self.subject_model == "settlement.transaction" and not match:
            row = self.env["settlement.transaction"].browse(self.subject_id)
            match = row.match_line_ids.match_id.filtered(
                lambda each: each.state != "undone"
            ).sorted("id")[-1:]
        if not match:
            return {"score": None, "evidence": ""}
        return {
            "score": match.score,
            "evidence": "\n".join(
                filter(None, [match.sentence, match.evidence_text, match.proof_text])
            ),
        }


class SettlementBulk(models.Model):
    _inherit = "settlement.bulk"

    def _approval_look(self, _content, _state):
        """Return what an approver looks at: the preview of the whole set."""
        self.ensure_one()
        return {"preview": self.preview or {}}
