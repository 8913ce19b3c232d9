from odoo import api, models

from ..verify.chain import ChainVerifier
from ..verify.rows import RowsVerifier

LAWS = range(1, 13)


class SettlementVerification(models.AbstractModel):
    """Checks of a live database against the laws of the suite.

    Addons inherit this model, append the names of their methods to ``_checks`` and
    yield findings in them.
    """

    _name = "settlement.verification"
    _description = "Verification"

    @api.model
    def _checks(self):
        """Return the names of the methods that ``run`` calls, in this order."""
        return ["_check_audit_chain", "_check_hashed_rows"]

    @api.model
    def _finding(self, law, model, res_id, sentence):
        """Return one finding.

        :param law: number of the law that is broken
        :param model: name of the model concerned
        :param res_id: id of the record concerned, 0 for none in particular
        :param sentence: what is wrong and what to do, for people
        """
        return {"law": law, "model": model, "id": res_id, "sentence": sentence}

    @api.private
    @api.model
    def run(self):
        """Run every check, past all access rules: the caller checks the role.

        :return: ``{"ok": bool, "laws": {"1": number of findings, …}, "findings":
            [{"law", "model", "id", "sentence"}]}``
        """
        # A law holds for all rows, whatever the caller may read.
        verification = self.sudo()
        findings = []
        for name in verification._checks():
            findings.extend(getattr(verification, name)())
        laws = dict.fromkeys(map(str, LAWS), 0)
        for finding in findings:
            law = str(finding["law"])
            laws[law] = laws.get(law, 0) + 1
        return {"ok": not findings, "laws": laws, "findings": findings}

    @api.model
    def _check_audit_chain(self):
        """Law 11: events, seals and exported heads are what they were."""
        for finding in ChainVerifier(self.env).findings():
            yield self._finding(11, *finding)

    @api.model
    def _check_hashed_rows(self):
        """Law 11: rows are what they were when their hash was taken."""
        for finding in RowsVerifier(self.env).findings():
            yield self._finding(11, *finding)
