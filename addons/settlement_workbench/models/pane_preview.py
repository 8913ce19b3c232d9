from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.settlement.models.exception import OPEN_STATES
from odoo.addons.settlement.models.exception_resolution import _plain
from odoo.addons.settlement_account.planning.preview import Seen
from odoo.addons.settlement_account.services.dry_run import DryRun, as_dry

from ..pane.digest import digest
from ..pane.keys import INLINE

# More lines on a screen are none that anybody reads.
MOST_LINES = 400


class SettlementException(models.Model):
    """What a verb would do, shown before it is done, and done as it was shown."""

    _inherit = "settlement.exception"

    def pane_preview(self, verb, values=None):
        """Return what a verb would do now; nothing of it stays.

        The verb runs for real behind a savepoint, its entries are read back and all of
        it is taken back.

        :param verb: name of a verb; ``values``: what it is told.
        :return: ``{"hash", "verb", "effect_words", "entries", "effect", "settled",
            "remarks", "outcome", "needs_approval", "refused"}``; ``refused`` says why
            it cannot be done, "" if it can. Amounts are written out.
        :raises AccessError: without the role that the verb needs.
        """
        self.ensure_one()
        self._require_role(verb)
        self.check_access("write")
        values = {name: _plain(value) for name, value in (values or {}).items()}
        return self._preview(verb, values)

    def _preview(self, verb, values):
        """Return the preview; see :meth:`pane_preview`."""
        try:
            self._check_values(verb, values)
            self._check_fits(verb)
            seen, found = self._try_out(verb, values)
        except UserError as error:
            self.env.invalidate_all()
            seen, found = Seen(), {"refused": str(error)}
        found = {
            "refused": "",
            "needs_approval": False,
            "remarks": [],
            "outcome": self.state,
            **found,
        }
        shown = {
            "verb": verb,
            "verb_label": self._verb(verb).label,
            "posts": self._verb(verb).posts,
            "effect_words": self._verb(verb).effect,
        }
        return self._shown_preview(verb, values, seen, found, shown)

    def _shown_preview(self, verb, values, seen, found, shown):
        """Return a preview with its hash.

        :param found: what came of trying it; ``shown`` what is said of the verb.
        """
        content = {
            "exception": self.id,
            "cause": self.cause,
            "state": self.state,
            "verb": verb,
            "values": values,
            "entries": seen.digest(),
            **found,
        }
        return {
            **found,
            **shown,
            "hash": digest(content),
            "outcome_words": self._outcome_words(found),
            "entries": self._pane_entries(seen),
            "effect": self._pane_effect(seen),
            "settled": self._pane_settled(seen),
        }

    def _try_out(self, verb, values):
        """Do it and take it back; return what the ledger showed, and what else."""
        if not self._verb(verb).posts or self._reaches_out(verb):
            # It changes no entry, and may ask a source or a person for something.
            amount = self._amount_at_stake(verb, values)
            asks = self._verb(verb).asks(amount, self._approval_limit(verb))
            return Seen(), {"needs_approval": asks}
        found = {}

        def act():
            dry = as_dry(self)
            newest = dry._newest_exception()
            given = dry._prepared(verb, values)
            found["needs_approval"] = dry._needs_another(verb, given)
            dry._act(verb, given)
            found["outcome"] = dry.state
            found["remarks"] = dry._opened_since(newest)

        return DryRun(self.env).look(act), found

    def _newest_exception(self):
        query = SQL("SELECT COALESCE(max(id), 0) FROM settlement_exception")
        return self.env.execute_query(query)[0][0]

    def _opened_since(self, newest):
        """Return the causes of what the act has opened, such as what is not posted."""
        opened = self.sudo().search(
            [("id", ">", newest), ("state", "in", OPEN_STATES)], order="id"
        )
        return opened.mapped("cause")

    def _outcome_words(self, found):
        """Say what becomes of the exception."""
        if found["refused"]:
            return self.env._("It cannot be done now; nothing was changed.")
        if found["needs_approval"]:
            return self.env._("It waits until another person agrees.")
        if found["outcome"] in ("resolved", "ignored"):
            return self.env._("This closes the exception.")
        return self.env._("The exception stays open after it.")

    # ------------------------------------------------------------------
    # Entries
    # ------------------------------------------------------------------

    def _pane_entries(self, seen):
        """Return the entries to be, line by line."""
        entries, left = [], MOST_LINES
        for entry in seen.entries:
            journal = self.env["account.journal"].sudo().browse(entry.journal_id)
            lines = [self._pane_line(line) for line in entry.lines[:left]]
            left -= len(lines)
            entries.append(
                {
                    "kind": entry.kind,
                    "journal": journal.display_name,
                    "date": entry.date,
                    "reference": entry.reference,
                    "lines": lines,
                    "more": len(entry.lines) - len(lines),
                }
            )
        return entries

    def _pane_line(self, line):
        # Names in an entry that the user may post are no secret to them.
        env = self.sudo().env
        own = self.company_currency_id
        currency = env["res.currency"].browse(line.currency_id)
        taxes = env["account.tax"].browse(line.tax_ids)
        return {
            "account": env["account.account"].browse(line.account_id).display_name,
            "partner": env["res.partner"].browse(line.partner_id).display_name or "",
            "name": line.name,
            "debit": self._written_minor(line.balance, own) if line.balance > 0 else "",
            "credit": self._written_minor(-line.balance, own)
            if line.balance < 0
            else "",
            "balance_minor": line.balance,
            "currency": currency.name,
            "amount_currency": self._written_minor(line.amount_currency, currency)
            if currency != own
            else "",
            "taxes": ", ".join(taxes.mapped("name")),
            "analytic": self._analytic_words(line.analytic),
        }

    def _analytic_words(self, shares):
        """Return an analytic distribution in words."""
        accounts = self.env["account.analytic.account"].sudo()
        parts = []
        for key, percent in shares:
            ids = [int(each) for each in key.split(",") if each.isdigit()]
            names = accounts.browse(ids).mapped("display_name")
            parts.append(f"{', '.join(names)} {percent} %")
        return "; ".join(parts)

    def _pane_effect(self, seen):
        """Return what wallets, money in transit and profit gain by it."""
        preview = self.env["settlement.posting.preview"]
        effects = preview._effects(seen, self.company_id)
        own = self.company_currency_id
        names = {
            "wallet_change": "wallet",
            "transit_change": "in_transit",
            "profit_change": "profit",
        }
        return {
            names[name]: {
                "amount": own.format(amount),
                "is_zero": own.is_zero(amount),
                "is_gain": own.compare_amounts(amount, 0.0) > 0,
            }
            for name, amount in effects.items()
        }

    def _pane_settled(self, seen):
        """Return which documents are settled, and how much of each."""
        preview = self.env["settlement.posting.preview"]
        text = preview._settled(seen, self)
        return [line for line in text.split("\n") if line]

    # ------------------------------------------------------------------
    # Done as it was shown
    # ------------------------------------------------------------------

    def action_resolve(self, verb="retry", preview_hash=None, **values):
        """Resolve these exceptions, if the preview still holds.

        :param preview_hash: hash of what ``pane_preview`` has shown of one exception;
            None: whatever it does now.
        :return: as without a hash; ``{"changed": True, "preview": …}`` if the
            situation is another one now: nothing was done.
        """
        if preview_hash is None:
            return super().action_resolve(verb, **values)
        self.ensure_one()
        self._require_role(verb)
        self.check_access("write")
        self._lock()
        preview = self.pane_preview(verb, values)
        if preview["hash"] != preview_hash or preview["refused"]:
            return {"changed": True, "preview": preview}
        return super().action_resolve(verb, **values)

    def pane_resolve(self, verb, values, preview_hash):
        """Do what the preview has shown, and say what came of it.

        :return: ``{"outcome": "done"|"waiting"|"open"|"changed", "sentence",
            "preview", "action"}``; ``preview`` is new where it has changed.
        :raises AccessError: without the role that the verb needs.
        """
        self.ensure_one()
        if not preview_hash:
            raise UserError(self.env._("Look at what will be done first."))
        result = self.action_resolve(verb, preview_hash=preview_hash, **(values or {}))
        if isinstance(result, dict) and result.get("changed"):
            return self._pane_changed(result["preview"])
        is_inline = verb in INLINE
        return self._pane_outcome(None if is_inline else result)

    def _pane_changed(self, preview):
        """Say that nothing was done because the situation is another one."""
        return {
            "outcome": "changed",
            "sentence": self.env._(
                "The situation has changed: nothing was done. This is what would "
                "be done now."
            ),
            "preview": preview,
            "action": None,
        }

    def _pane_outcome(self, result):
        """Say what came of an act."""
        return {
            "outcome": self._outcome_code(),
            "sentence": self.resolution or self._outcome_sentence(),
            "preview": None,
            "action": result if self._is_window(result) else None,
        }

    def _is_window(self, result):
        """Return whether a verb wants to show a record."""
        return (
            isinstance(result, dict) and result.get("type") == "ir.actions.act_window"
        )

    def _outcome_code(self):
        if self.state in ("resolved", "ignored"):
            return "done"
        return "waiting" if self.state == "waiting_approval" else "open"

    def _outcome_sentence(self):
        if self.state == "waiting_approval":
            return self.env._("It waits until another person agrees.")
        return self.env._("Done; the exception stays open.")
