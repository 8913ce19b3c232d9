from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.misc import format_datetime

from odoo.addons.settlement.canonical.words import counted

# So many rows are shown at once, also in the grid.
MOST_ROWS = 200


class SettlementException(models.Model):
    """The queue beside the pane: which exceptions, in which order."""

    _inherit = "settlement.exception"

    @api.model
    def pane_queue(self, domain=None, limit=MOST_ROWS, offset=0, order=None, ids=None):
        """Return the exceptions of a queue with the few columns that the pane shows.

        :param domain: which; by default what is open and the user's or nobody's.
        :param limit: most rows, 1 to 200.
        :param order: as lists order; by default severity, deadline, amount.
        :param ids: these and no others, in this order.
        :return: ``{"total": n, "offset": n, "rows": [{id, headline, …}, …]}``.
        :raises AccessError: without a role of the suite.
        """
        self.env["settlement.backend"]._require_group("group_viewer")
        limit = min(max(int(limit), 1), MOST_ROWS)
        if ids is not None:
            known = self.search([("id", "in", ids)])
            chosen = self.browse([row_id for row_id in ids if row_id in known._ids])
            total, rows = len(chosen), chosen[offset : offset + limit]
        else:
            domain = self._default_queue() if domain is None else domain
            total = self.search_count(domain)
            rows = self.search(domain, limit=limit, offset=offset, order=order)
        return {
            "total": total,
            "offset": offset,
            "rows": [{"id": row.id, **row._pane_row()} for row in rows],
        }

    @api.model
    def _default_queue(self):
        """Return the domain of what waits for the user.

        That is theirs, nobody's yet, and for an approver what others have asked for.
        """
        waits = Domain("state", "in", ("open", "in_progress", "waiting_approval"))
        mine = Domain("user_id", "in", (self.env.uid, False))
        if self.env["settlement.backend"]._has_settlement_group("group_approver"):
            mine |= Domain("state", "=", "waiting_approval")
        return list(waits & mine)

    def _pane_row(self):
        """Return the columns of the queue."""
        self.ensure_one()
        now = fields.Datetime.now()
        return {
            "headline": self.headline,
            "reason": self.reason,
            "reason_label": self._reason_label(),
            "severity": self.severity,
            "severity_label": self._label("severity"),
            "team": self.team,
            "state": self.state,
            "state_label": self._label("state"),
            "amount": self.currency_id.format(self.amount) if self.currency_id else "",
            "company_amount": self._foreign_amount(),
            "age": self._label("age"),
            "opened_at": format_datetime(self.env, self.opened_at),
            "deadline": format_datetime(self.env, self.deadline)
            if self.deadline
            else "",
            "due": self._due_words(now),
            "is_overdue": self.is_overdue,
            "user": self.user_id.name or "",
            "user_id": self.user_id.id,
            "backend": self.backend_id.display_name or "",
            "company": self.company_id.name,
            "verb": self.verb_1 or "",
        }

    def _label(self, name):
        """Return the value of a selection field as people read it."""
        labels = dict(self._fields[name]._description_selection(self.env))
        return labels.get(self[name], "")

    def _foreign_amount(self):
        """Return the amount in company currency, where that is another one."""
        if not self.currency_id or self.currency_id == self.company_currency_id:
            return ""
        return self.company_currency_id.format(self.company_amount)

    def _due_words(self, now):
        """Return how long there is still time, or how long it is overdue."""
        if not self.deadline or self.state in ("resolved", "ignored"):
            return ""
        hours = int((self.deadline - now).total_seconds() // 3600)
        if hours < 0:
            late = -hours
            if late < 48:
                return self.env._("%(hours)s h overdue", hours=late)
            return self.env._("%(days)s d overdue", days=late // 24)
        if hours < 48:
            return self.env._("in %(hours)s h", hours=hours)
        return self.env._("in %(days)s d", days=hours // 24)

    def action_open_pane(self):
        """Open the pane on these exceptions.

        :raises AccessError: without a role of the suite.
        """
        self.env["settlement.backend"]._require_group("group_viewer")
        self.check_access("read")
        action = self.env["ir.actions.client"]._for_xml_id(
            "settlement_workbench.action_settlement_pane"
        )
        context = {"active_id": self[:1].id, "exception_id": self[:1].id}
        if len(self) > 1:
            context["exception_ids"] = self.ids
        return {**action, "context": context}

    def action_open_verb(self):
        """Show what a verb would post before it does, in the pane.

        Verbs that post nothing, or have a dialogue of their own, open as before.
        """
        name = self.env.context.get("settlement_verb") or ""
        has_dialogue = hasattr(self, f"_open_{name}")
        if len(self) != 1 or has_dialogue or not self._verb(name).posts:
            return super().action_open_verb()
        self._require_role(name)
        return self._pane_with(name)

    def _pane_with(self, verb):
        """Return the action that opens the pane with a verb chosen."""
        action = self.action_open_pane()
        action["context"]["pane_verb"] = verb
        return action

    def _open_match(self):
        return self._pane_with("match")

    def _open_split(self):
        return self._pane_with("split")

    @api.model
    def pane_open(self, model, row_id):
        """Return the window action of a record of the chain or of a candidate.

        :raises AccessError: if the user may not see it.
        """
        self.env["settlement.backend"]._require_group("group_viewer")
        record = self.env[model].browse(int(row_id)).exists()
        record.check_access("read")
        if record._name == "account.move.line":
            record = record.move_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
            "target": "current",
        }

    @api.model
    def pane_proof(self):
        """Return in words what stands behind an empty queue.

        :raises AccessError: without a role of the suite.
        """
        self.env["settlement.backend"]._require_group("group_viewer")
        wallets = self.env["settlement.wallet"].search([("proved_at", "!=", False)])
        even = wallets.filtered(lambda wallet: not wallet.difference)
        if not wallets:
            return []
        return [
            counted(
                self.env._(
                    "%(even)s of %(count)s {wallet agrees|wallets agree} "
                    "with their provider, looked at last on %(when)s.",
                    even=len(even),
                    count=len(wallets),
                    when=format_datetime(self.env, max(wallets.mapped("proved_at"))),
                ),
                len(wallets),
            )
        ]

    def pane_undo(self, reason):
        """Take back the match by which this exception was resolved.

        :param reason: why; required.
        :return: what was taken back, in words.
        :raises AccessError: without the accountant role.
        :raises UserError: if there is no such match, or it cannot be undone.
        """
        self.ensure_one()
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("write")
        match = self.match_id.filtered(lambda match: match.state != "undone")
        if not match or self.resolved_by_id != self.env.user:
            raise UserError(
                self.env._(
                    "Nothing of it can be undone here: undo postings and matches where "
                    "they are shown."
                )
            )
        match.action_undo(reason)
        self._open_again()
        return self.env._("%(match)s is undone.", match=match.display_name)

    def _open_again(self):
        """Ask again what was answered; the new row points to this one."""
        # The role was checked; exceptions are written by their own methods.
        former = self.sudo()
        return former._raise_for(
            former._subject_record(),
            former.reason,
            former.cause,
            company=former.company_id,
            backend=former.backend_id,
            amount_minor=former.amount_minor if former.currency_id else None,
            currency=former.currency_id,
            fixes=former.fixes or (),
        )

    @api.model
    def pane_settings(self):
        """Return what the pane knows of the user.

        :raises AccessError: without a role of the suite.
        """
        backend = self.env["settlement.backend"]
        backend._require_group("group_viewer")
        return {
            "single_keys": self.env.user.settlement_single_keys,
            "is_accountant": backend._has_settlement_group("group_accountant"),
            "may_act": any(
                backend._has_settlement_group(group)
                for group in ("group_accountant", "group_integration_admin")
            ),
            "user_id": self.env.uid,
        }

    @api.model
    def pane_set_single_keys(self, is_on):
        """Let letters and digits act without any other key, or not, for the user."""
        self.env["settlement.backend"]._require_group("group_viewer")
        # Only the user's own preference.
        self.env.user.sudo().settlement_single_keys = bool(is_on)
        return bool(is_on)
