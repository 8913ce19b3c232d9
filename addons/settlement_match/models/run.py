from odoo import api, models

from odoo.addons.queue_job.exception import RetryableJobError

CHANNEL = "root.settlement.match"
BUSY_SECONDS = 30


class SettlementRun(models.Model):
    """Runs that only match: one for each company, by jobs where there are any."""

    _inherit = "settlement.run"

    @api.model
    def start_match(self, *_records):
        """Match what is open in the companies of the user, by jobs if they are on.

        Without jobs the work is done at once. A company that a job waits for already
        gets no second one.

        :return: the settlement.run records, one for each company.
        :raises AccessError: without the accountant role.
        """
        backends = self.env["settlement.backend"]
        backends._require_group("group_accountant")
        runs = self.browse()
        for _company, group in (
            backends._in_allowed_companies().grouped("company_id").items()
        ):
            # Runs are written by the pipeline only; the role was checked.
            runs |= group.sudo()._start_match()
        return runs

    def _match_later(self):
        """Enqueue the job of this run, as the technical user."""
        self.ensure_one()
        user = self.backend_ids[:1]._as_bot().env.user
        self.with_user(user).with_delay(
            channel=CHANNEL,
            identity_key=f"settlement-match-{self.company_id.id}",
            description=f"Match {self.company_id.name}",
        )._job_match()

    def _job_match(self):
        """Match the company of this run, unless the run was cancelled meanwhile.

        :raises RetryableJobError: if another worker matches in this company.
        """
        self.ensure_one()
        self.env["settlement.backend"]._require_group("group_accountant")
        run = self.sudo()  # the role was checked; the pipeline writes runs
        if run.state != "running":
            return run.state
        matcher = self.env["settlement.matcher"].with_company(run.company_id)
        if not matcher.sudo()._lock(run.company_id, wait=False):
            raise RetryableJobError(
                "Another worker matches in this company.",
                seconds=BUSY_SECONDS,
                ignore_retry=True,
            )
        run._match_now()
        return run.state

    def _match_now(self):
        """Do the step of matching of this run."""
        self.ensure_one()
        backends = self.backend_ids.with_context(
            settlement_correlation_id=self.correlation_id
        )
        backends._run_steps(self, ["match"], None)
