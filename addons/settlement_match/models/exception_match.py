from decimal import Decimal, InvalidOperation

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from odoo.addons.settlement.exceptions.verb import Verb

from ..engine.typed_amount import plain_amount
from .claim import ITEM_COLUMNS
from .exception import SUBJECTS

# Reasons whose items wait for somebody to say what they belong to.
MATCHED_REASONS = (
    "unmatched",
    "ambiguous",
    "missing_reference",
    "ledger_not_at_provider",
    "paid_not_in_ledger",
    "currency_mismatch",
    "partner_conflict",
    "late_payout",
    "payout_missing_at_bank",
)
SUM_REASONS = ("unmatched", "ambiguous", "missing_reference", "partner_conflict")
SPLIT_REASONS = ("amount_over", "unmatched", "ambiguous", "missing_reference")


class SettlementException(models.Model):
    """The verbs that say what belongs together."""

    _inherit = "settlement.exception"

    has_proposal = fields.Boolean(compute="_compute_has_proposal")

    def _verbs(self):
        return {
            **super()._verbs(),
            "accept": Verb(
                self.env._("Accept the Proposal"),
                (*MATCHED_REASONS, "duplicate"),
                approval="limit",
                posts=True,
                effect=self.env._(
                    "Confirms the match that is proposed and posts what it makes ready."
                ),
            ),
            "match": Verb(
                self.env._("Match"),
                MATCHED_REASONS,
                approval="limit",
                needs=("chosen",),
                posts=True,
                effect=self.env._(
                    "Confirms that the chosen items belong to it, in full or in part, "
                    "and posts what that makes ready."
                ),
            ),
            "group": Verb(
                self.env._("Match with a Sum"),
                SUM_REASONS,
                approval="limit",
                posts=True,
                effect=self.env._(
                    "Matches it with several items that add up to it, and says how "
                    "many such sums there are. Unless it is proved that there is one "
                    "only, another person has to agree."
                ),
            ),
            "split": Verb(
                self.env._("Split"),
                SPLIT_REASONS,
                approval="limit",
                needs=("parts",),
                posts=True,
                effect=self.env._(
                    "Divides it over several items, so much for each. What is left "
                    "stays open."
                ),
            ),
            "accept_payer": Verb(
                self.env._("Accept the Payer"),
                ("partner_conflict",),
                approval="always",
                posts=True,
                effect=self.env._(
                    "Confirms that this payer pays for the partner of the document, "
                    "posts that, and drafts the rule that says so, if wanted."
                ),
            ),
        }

    # ------------------------------------------------------------------
    # What is proposed
    # ------------------------------------------------------------------

    @api.depends("subject_model", "subject_id", "state")
    def _compute_has_proposal(self):
        proposed = {
            model: self._subjects_with_proposal(
                model,
                self.filtered(lambda one, model=model: one.subject_model == model),
            )
            for model in ("settlement.transaction", "settlement.batch")
        }
        for exception in self:
            known = proposed.get(exception.subject_model, ())
            exception.has_proposal = exception.subject_id in known

    @api.model
    def _subjects_with_proposal(self, model, exceptions):
        """Return the ids of subjects of one model for which a match is proposed."""
        if not exceptions:
            return set()
        self.env.flush_all()
        links = {"settlement.batch": "batch_id"}
        column = SQL.identifier("line", links.get(model, "transaction_id"))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT %(column)s
                  FROM settlement_match_line line
                  JOIN settlement_match match ON match.id = line.match_id
                 WHERE match.state = 'proposed' AND %(column)s = ANY(%(ids)s)
                """,
                column=column,
                ids=exceptions.mapped("subject_id"),
            )
        )
        return {row[0] for row in rows}

    def _proposals(self):
        """Return the matches that are proposed for the subject, the surest first."""
        self.ensure_one()
        if self.subject_model not in ("settlement.transaction", "settlement.batch"):
            return self.env["settlement.match"]
        subject = self.env[self.subject_model].browse(self.subject_id)
        matches = subject.match_line_ids.match_id
        return matches.filtered(lambda match: match.state == "proposed").sorted(
            lambda match: (-match.score, match.id)
        )

    def _approval_content(self, name, values):
        """Let who agrees to a proposal agree to this one."""
        content = super()._approval_content(name, values)
        if name in ("accept", "accept_payer"):
            # Whoever decides agrees to all of it, whatever they may read.
            content["proposals"] = self._proposals().sudo().mapped("row_hash")
        return content

    def _usual_verbs(self):
        """A payer in doubt is accepted as such, not in passing."""
        own = ["accept_payer"] if self.reason == "partner_conflict" else []
        return [*own, *super()._usual_verbs()]

    def _usable_verbs(self, verbs):
        """Suggest to accept only what is proposed."""
        if not self.has_proposal:
            verbs = {name: verbs[name] for name in verbs if name != "accept"}
        return super()._usable_verbs(verbs)

    def _obstacle_accept(self):
        if not self._proposals():
            return self.env._("Nothing is proposed for it: choose from the candidates.")
        return ""

    def _obstacle_match(self):
        if self.subject_model not in SUBJECTS:
            return self.env._("There is nothing to match about it.")
        return ""

    def _obstacle_group(self):
        return self._obstacle_split()

    def _obstacle_split(self):
        if self.subject_model != "settlement.transaction":
            return self.env._("Only single payments are divided or summed up.")
        return ""

    def _obstacle_accept_payer(self):
        return self._obstacle_accept()

    def _open_match(self):
        """Return the dialogue in which candidates are chosen."""
        return self.action_open_suggestions()

    def _open_split(self):
        """Return the dialogue in which candidates are chosen."""
        return self.action_open_suggestions()

    # ------------------------------------------------------------------
    # What each does
    # ------------------------------------------------------------------

    def _resolve_accept(self, match_id=None, comment=""):
        """Confirm the match that is proposed.

        :param match_id: which one, if there are several.
        """
        self._settle_with(self._chosen_proposal(match_id), comment)

    def _chosen_proposal(self, match_id):
        """Return the proposal to confirm.

        :raises UserError: if it is none of these, or nobody said which.
        """
        proposals = self._proposals()
        chosen = proposals.filtered(lambda match: match.id == match_id)
        if not chosen and (match_id or len(proposals) != 1):
            raise UserError(
                self.env._(
                    "%(count)s matches are proposed for it: say which one is right.",
                    count=len(proposals),
                )
            )
        # The role for the verb was checked; matches are written by the engine only.
        return (chosen or proposals).sudo()

    def _doubts_accept(self, values):
        """A payer who is known as somebody else is accepted by two persons."""
        return self.reason == "partner_conflict"

    def _doubts_match(self, values):
        """So it is if the document in doubt is chosen instead of accepted."""
        if self.reason != "partner_conflict":
            return False
        keys, _seen = self._keys_seen(values.get("chosen") or ())
        ids = [row_id for model, row_id in keys if model == "account.move.line"]
        chosen = self.env["account.move.line"].browse(ids).exists()
        in_doubt = self._proposals().line_ids.move_line_id
        partners = chosen.partner_id.commercial_partner_id
        return bool(partners & in_doubt.partner_id.commercial_partner_id)

    def _resolve_match(self, chosen, rest_to_credit=None, comment=""):
        """Match the subject with suggestions that a person chose.

        :param chosen: list of ``[model, id]`` in the order in which they are filled;
            with a third element, the open minor units as the person saw them.
        :param rest_to_credit: what is paid too much stays as the partner's credit.
        """
        subject = self._suggestion_subject()
        keys, seen = self._keys_seen(chosen)
        models_ = {subject._name, *(model for model, _id in keys)}
        is_expected = "settlement.expected.payment" in models_
        decided = subject._match_suggestions(
            keys, propose=not is_expected, rest_to_credit=rest_to_credit, seen=seen
        )
        if is_expected:
            self._note(self.env._("Received as expected: %(what)s.", what=decided.name))
            return
        self._settle_with(decided, comment)

    @api.model
    def _keys_seen(self, chosen):
        """Return what was chosen as (model, id), and what was open of it then."""
        try:
            keys = [(str(each[0]), int(each[1])) for each in chosen]
            seen = {
                (str(each[0]), int(each[1])): int(each[2])
                for each in chosen
                if len(each) > 2
            }
        except (IndexError, TypeError, ValueError) as error:
            raise UserError(
                self.env._("Candidates are chosen as model, id and open amount.")
            ) from error
        return keys, seen

    def _prepare_split(self, parts, comment=""):
        """Read the amounts as people type them."""
        return {"parts": self._parts_in_minor(parts), "comment": comment or ""}

    def _parts_in_minor(self, parts):
        """Return parts in signed minor units of their own currency.

        :param parts: list of ``[model, id, amount]``; a text is an amount as the user
            writes it, without sign; a number is minor units.
        """
        keys, _seen = self._keys_seen([each[:2] for each in parts])
        found = []
        for (model, row_id), (*_key, amount) in zip(keys, parts, strict=True):
            if model not in ITEM_COLUMNS:
                raise UserError(
                    self.env._("That is nothing a payment is divided over.")
                )
            record = self.env[model].browse(row_id)
            record.check_access("read")
            if isinstance(amount, str):
                amount = self._typed_minor(amount, record)
            found.append([model, row_id, amount])
        return found

    def _typed_minor(self, text, record):
        """Return what a person typed as minor units, signed like the record.

        :raises UserError: if it is no amount of its currency.
        """
        lang = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        plain = plain_amount(text, lang.decimal_point, lang.thousands_sep or "")
        currency = record.currency_id
        try:
            minor = Decimal(plain).scaleb(currency.decimal_places)
        except InvalidOperation:
            minor = Decimal("NaN")
        if not minor.is_finite() or minor != minor.to_integral_value() or minor <= 0:
            raise UserError(
                self.env._(
                    "%(text)s is no amount of %(currency)s.",
                    text=text,
                    currency=currency.name,
                )
            )
        sign = -1 if self.env["settlement.match"]._is_outgoing(record) else 1
        return sign * int(minor)

    def _resolve_split(self, parts, comment=""):
        """Divide the subject over several targets.

        :param parts: list of ``[model, id, minor units]``: how much is for each.
        """
        # The role for the verb was checked; matches are written by the engine only.
        subject = self._suggestion_subject().sudo()
        match = self.env["settlement.suggestion"].sudo()._split(subject, parts)
        self._settle_with(match, comment)

    def _resolve_accept_payer(self, rule=False, match_id=None, comment=""):
        """Confirm that the known payer pays for another partner.

        :param rule: draft the rule that says so, for an approver to decide on.
        """
        match = self._chosen_proposal(match_id)
        if rule:
            self._draft_payer_rule(match)
        self._settle_with(match, comment)

    def _draft_payer_rule(self, match):
        """Draft: payments from this account are for the partner of the document."""
        row = match.line_ids.transaction_id[:1]
        partner = match.line_ids.move_line_id.partner_id.commercial_partner_id[:1]
        if not row.counterparty_account or not partner:
            raise UserError(
                self.env._(
                    "Neither the payer's account nor the partner is known: no rule can "
                    "say who pays for whom."
                )
            )
        # Drafting a rule decides nothing: an approver does.
        rules = self.env["settlement.rule"].with_company(self.company_id)
        new = rules.create(
            {
                "name": self.env._("Payments for %(partner)s", partner=partner.name),
                "company_id": self.company_id.id,
            }
        )
        return new.version_ids.create(
            {
                "rule_id": new.id,
                "purpose": "payer",
                "counterparty_account": row.counterparty_account,
                "pays_for_partner_ids": [Command.set(partner.ids)],
                "note": self.cause,
            }
        )

    # ------------------------------------------------------------------
    # What follows
    # ------------------------------------------------------------------

    def _settle_with(self, match, comment=""):
        """Confirm a proposed match as the end of this exception, and post it.

        :param match: settlement.match as superuser; the role was checked.
        """
        self.ensure_one()
        sentence = f"{match.sentence} {comment or ''}".strip()
        # It ends by what a person decided, not because its cause vanished.
        self._close("resolved", sentence, match_id=match.id)
        match._confirm()
        self._bring_to_ledger(match)

    def _bring_to_ledger(self, match):
        """Post what a confirmed match makes ready; settlement_account does."""
