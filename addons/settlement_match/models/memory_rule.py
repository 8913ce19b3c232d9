from odoo import api, models
from odoo.fields import Command

from ..engine import memory, pattern, rule

# Versions that say already what might be proposed.
KNOWN_STATES = ("draft", "waiting", "approved")


class SettlementMemory(models.AbstractModel):
    """From habits to drafts of rules, each of them proposed once."""

    _inherit = "settlement.memory"

    @api.model
    def _learn(self, company, least=memory.LEAST):
        """Propose the rules that the decisions of a company speak for.

        They are drafts: none of them does anything before somebody approves it.

        :param least: so many equal decisions are a habit.
        :return: the new settlement.rule.version records.
        """
        # One finder at a time in a company, as for the stages of matching.
        self.env["settlement.matcher"]._lock(company, wait=True)
        # What is looked at is narrowed down to the company.
        finder = self.sudo().with_company(company)
        found = memory.proposals(finder._resolutions(company), least)
        versions = self.env["settlement.rule.version"]
        for proposal in found:
            if not finder._is_known(company, proposal):
                versions |= self._propose(company, proposal)
        return versions

    # ------------------------------------------------------------------
    # What is known
    # ------------------------------------------------------------------

    @api.model
    def _is_known(self, company, proposal):
        """Return whether a rule says this already, or was proposed ever before."""
        versions = self.env["settlement.rule.version"].search(
            [("company_id", "=", company.id), ("purpose", "=", proposal.purpose)]
        )
        return any(
            self._was_proposed(version, proposal) or self._is_said(version, proposal)
            for version in versions
        )

    @api.model
    def _was_proposed(self, version, proposal):
        """Return whether a version was learnt from the same decisions.

        Whatever became of it: what was refused once is not proposed again, not even
        in slightly other words.
        """
        if version.origin != "memory" or not version.memory_key:
            return False
        if version.memory_key == proposal.key:
            return True
        known = {tuple(key) for key in version.memory_evidence or ()}
        return not known.isdisjoint(proposal.evidence) and self._is_about(
            version, proposal
        )

    @api.model
    def _is_about(self, version, proposal):
        """Return whether both lead to the same partner or account."""
        if proposal.purpose == rule.ACCOUNT:
            return version.account_id.id == proposal.account_id
        return version.partner_ids.ids == [proposal.partner_id]

    @api.model
    def _is_said(self, version, proposal):
        """Return whether a version that holds, or might, says the same."""
        if version.state not in KNOWN_STATES:
            return False
        if proposal.purpose == rule.DIFFERENCE:
            return (
                version.difference_kind == proposal.difference_kind
                and (proposal.partner_id in version.partner_ids.ids)
                and version.direction in (proposal.direction, rule.BOTH)
            )
        if proposal.account:
            return rule.same_account(
                version.counterparty_account or "", proposal.account
            )
        return self._is_about(version, proposal) and self._is_covered(
            version.text_pattern, proposal.text_pattern
        )

    @api.model
    def _is_covered(self, known, wanted):
        """Return whether a known pattern finds what the wanted one finds."""
        sample = wanted.replace("#", "0").replace("*", " ").replace("?", " ")
        return bool(known) and (
            known == wanted or pattern.compiled(known).matches(sample)
        )

    # ------------------------------------------------------------------
    # Drafts
    # ------------------------------------------------------------------

    @api.model
    def _propose(self, company, proposal):
        """Return the draft of a rule, with the decisions it was learnt from."""
        company_rules = self.env["settlement.rule"].with_company(company)
        new = company_rules.create(
            {"name": self._rule_name(proposal), "company_id": company.id}
        )
        version = new.version_ids.create(
            {
                "rule_id": new.id,
                "origin": "memory",
                "mode": "automatic",
                "note": self._reason(proposal),
                "memory_key": proposal.key,
                "memory_evidence": [list(key) for key in proposal.evidence],
                **self._version_values(proposal),
            }
        )
        return version

    @api.model
    def _version_values(self, proposal):
        """Return what the version says."""
        values = {
            "purpose": proposal.purpose,
            "direction": proposal.direction,
            "counterparty_account": proposal.account or False,
            "text_pattern": proposal.text_pattern or False,
            "account_id": proposal.account_id or False,
            "difference_kind": proposal.difference_kind or False,
            "tolerance_percent": float(proposal.tolerance_percent),
        }
        if proposal.partner_id:
            values["partner_ids"] = [Command.set([proposal.partner_id])]
        if proposal.pays_for_id:
            values["pays_for_partner_ids"] = [Command.set([proposal.pays_for_id])]
        if proposal.purpose == rule.DIFFERENCE:
            values["currency_ids"] = [Command.set([proposal.currency_id])]
        if proposal.tolerance:
            currency = self.env["res.currency"].browse(proposal.currency_id)
            amount = proposal.tolerance / 10**currency.decimal_places
            values["tolerance_ids"] = [
                Command.create({"currency_id": currency.id, "amount": amount})
            ]
        return values

    @api.model
    def _rule_name(self, proposal):
        partner = self.env["res.partner"].browse(proposal.partner_id).name or ""
        if proposal.purpose == rule.PAYER:
            return self.env._("Payments of %(partner)s", partner=partner)
        if proposal.purpose == rule.ACCOUNT:
            # The name of an account is no secret within its company.
            account = self.env["account.account"].sudo().browse(proposal.account_id)
            return self.env._(
                "%(text)s to %(account)s",
                text=proposal.text_pattern,
                account=account.display_name,
            )
        return self.env._("Differences of %(partner)s", partner=partner)

    @api.model
    def _reason(self, proposal):
        count = len(proposal.evidence)
        if proposal.purpose == rule.PAYER:
            return self.env._(
                "%(count)s payments like these were matched by people with documents "
                "of this partner, and none with others.",
                count=count,
            )
        if proposal.purpose == rule.ACCOUNT:
            return self.env._(
                "%(count)s payments like these were put to this account by people, and "
                "none was settled otherwise.",
                count=count,
            )
        return self.env._(
            "%(count)s times people took such a difference of this partner for the "
            "same, and never for anything else.",
            count=count,
        )
