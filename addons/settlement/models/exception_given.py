from odoo import api, models
from odoo.exceptions import UserError

# Values that any verb takes besides its own, where its company asks for them.
EXTRAS = {"comment": "why", "attachment": "evidence_ids", "code": "reason_code"}
# What a verb may take itself that answers the same question, the first it has.
OWN_VALUES = {
    "comment": ("comment", "reason", "question"),
    "attachment": ("attachment_ids",),
    "code": ("code",),
}


class SettlementException(models.Model):
    """What a company asks of whoever uses a verb: comment, evidence, reason code."""

    _inherit = "settlement.exception"

    # ------------------------------------------------------------------
    # What is asked for
    # ------------------------------------------------------------------

    def _asked_values(self, name):
        """Return the values of a verb that companies of these exceptions ask for.

        :return: dict of value → allowed codes, () for any.
        """
        demands = self.env["settlement.exception.demand"]
        asked = {}
        for company_id in self.company_id.ids:
            names, codes = demands._asked(company_id, name)
            for each in names:
                value = self._value_answering(name, each)
                asked[value] = codes if each == "code" else ()
        return asked

    @api.model
    def _value_answering(self, name, question):
        """Return by which value of a verb a question is answered."""
        taken = self._values_taken(name) or ()
        own = [value for value in OWN_VALUES[question] if value in taken]
        return own[0] if own else EXTRAS[question]

    def _check_values(self, name, values):
        """Refuse, besides, what leaves out what a company asks for."""
        own = {key: value for key, value in values.items() if key not in _EXTRA_NAMES}
        result = super()._check_values(name, own)
        self._check_asked(name, values)
        return result

    def _check_asked(self, name, values):
        """Raise UserError unless all that is asked for is given."""
        for value, codes in self._asked_values(name).items():
            given = values.get(value)
            if isinstance(given, str):
                given = given.strip()
            if not given:
                raise UserError(self._asked_sentence(name, value))
            if codes and given not in codes:
                raise UserError(
                    self.env._(
                        "%(code)s is no reason code for %(verb)s; choose one of "
                        "%(codes)s.",
                        code=given,
                        verb=self._verb(name).label,
                        codes=", ".join(codes),
                    )
                )

    def _asked_sentence(self, name, value):
        words = {
            "why": self.env._("a comment"),
            "evidence_ids": self.env._("evidence, attached as a file"),
            "reason_code": self.env._("a reason code"),
        }
        own = {each: key for key, taken in OWN_VALUES.items() for each in taken}
        return self.env._(
            "%(company)s wants %(what)s whenever “%(verb)s” is used.",
            company=", ".join(self.company_id.mapped("name")),
            what=words[value if value in words else EXTRAS[own[value]]],
            verb=self._verb(name).label,
        )

    # ------------------------------------------------------------------
    # What is given
    # ------------------------------------------------------------------

    def _resolve_one(self, name, values):
        """Take evidence with the rights of who gives it, before anything else."""
        if evidence_ids := values.get("evidence_ids"):
            values = {**values, "evidence_ids": self._own_evidence(evidence_ids).ids}
        return super()._resolve_one(name, values)

    def _own_evidence(self, attachment_ids):
        """Return attachments of the user, from now on the exception's.

        :raises UserError: if they are not there.
        """
        evidence = self.env["ir.attachment"].browse(attachment_ids).exists()
        evidence.check_access("read")
        if not evidence:
            raise UserError(self.env._("Attach the evidence."))
        loose = evidence.filtered(lambda each: not each.res_id)
        # Its owner gives it; who decides on the exception reads it there.
        loose.sudo().write({"res_model": self._name, "res_id": self[:1].id})
        return evidence

    def _act(self, name, values, approval=None):
        """Do it, and keep what was given besides with the exception."""
        if not approval:
            # An approver agrees to what was asked for then.
            self._check_asked(name, values)
        result = super()._act(name, values, approval)
        if not self._is_tried_out():
            self._keep_given(values)
        return result

    @api.model
    def _is_tried_out(self):
        """Return whether nothing of this stays; addons with previews say so."""
        return False

    def _keep_given(self, values):
        """Note comment, code and evidence in the history of the exception."""
        words = [values.get("reason_code"), values.get("why")]
        evidence_ids = values.get("evidence_ids") or []
        text = ": ".join(filter(None, words))
        if text or evidence_ids:
            # The verb's role was checked; its files were taken with the giver's rights.
            self.sudo().message_post(
                body=text or self.env._("Evidence"),
                attachment_ids=evidence_ids,
                author_id=self.env.user.partner_id.id,
            )

    @api.model
    def _own_values(self, values):
        """Return the values without those that any verb takes."""
        return {
            name: value for name, value in values.items() if name not in _EXTRA_NAMES
        }


_EXTRA_NAMES = frozenset(EXTRAS.values())
