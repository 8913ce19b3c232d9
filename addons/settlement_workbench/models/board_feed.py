import json
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models

from odoo.addons.settlement.canonical.words import counted

# Failed pulls older than this are history.
FAILED_DAYS = 7
PARAMETER = "settlement_workbench.chain_verified"
# The chain is verified once a day.
VERIFIED_HOURS = 26


class SettlementBoard(models.AbstractModel):
    """Whether everything came in, whether nobody altered it, how the last run went."""

    _inherit = "settlement.board"

    # ------------------------------------------------------------------
    # Feeds
    # ------------------------------------------------------------------

    @api.model
    def _tile_feed(self, company):
        """Say of each backend when it was last heard of, and what is missing."""
        backends = self.env["settlement.backend"].search(
            [("company_id", "=", company.id)]
        )
        if not backends:
            return self._tile_values([])
        figures = [
            *self._missing_figures(company),
            self._next_pull_figure(),
        ]
        late = self._late_backends(backends)
        for backend in backends:
            figures += self._backend_figures(backend, backend in late)
        return self._tile_values(figures, *self._feed_verdict(figures, late))

    @api.model
    def _missing_figures(self, company):
        since = fields.Datetime.now() - timedelta(days=FAILED_DAYS)
        own = ("company_id", "=", company.id)
        failed = self._counted(
            "feed.failed_windows",
            self.env._("Failed pulls, %(days)s days", days=FAILED_DAYS),
            "settlement.window",
            [
                own,
                ("state", "=", "failed"),
                ("finished_at", ">=", fields.Datetime.to_string(since)),
            ],
            tone="warning",
        )
        # Gaps are worked out from all windows: once is enough.
        groups = self.env["settlement.gap"]._read_group(
            [own], [], ["hours:sum", "__count"]
        )
        found, gaps = groups[0]
        hours = Decimal(str(round(found or 0, 2)))
        label = self.env._("Missing days")
        missing = self._figure(
            "feed.missing_days",
            label,
            (hours / 24).quantize(Decimal("0.1")),
            "text",
            tone="error" if gaps else "",
            action=self._window(label, "settlement.gap", [own]),
            count=gaps,
            sum={"field": "hours", "value": str(hours)},
        )
        return [failed, missing]

    @api.model
    def _next_pull_figure(self):
        """Return when the next pull is planned."""
        # When a scheduled action runs is no secret.
        cron = self.env.ref("settlement_connector.cron_pull").sudo()
        label = self.env._("Next pull")
        if not cron.active:
            off = self.env._("switched off")
            return self._figure("feed.next_run", label, off, "text", tone="warning")
        return self._figure("feed.next_run", label, cron.nextcall, "moment")

    @api.model
    def _late_backends(self, backends):
        """Return the backends that somebody was told of, or that fail."""
        stale = self.env["settlement.exception"].search(
            self._open_exceptions(
                backends.company_id[:1], ("reason", "=", "stale_feed")
            )
        )
        return backends.filtered(
            lambda backend: backend.state == "failing" or backend in stale.backend_id
        )

    @api.model
    def _backend_figures(self, backend, is_late):
        """Return when a backend was last heard of, and how long that is ago."""
        moments = (backend.last_success_at, backend.last_message_at)
        heard = max(filter(None, moments), default=None)
        common = {
            "group": backend.name,
            "tone": "error" if is_late else "",
            "action": self._window(
                backend.name, backend._name, [("id", "=", backend.id)]
            ),
            "count": 1,
        }
        lag = round(backend._silent_hours(heard)) if heard else None
        return [
            self._figure(
                f"feed.heard.{backend.id}",
                self.env._("Last success"),
                heard,
                "moment",
                **common,
            ),
            self._figure(
                f"feed.lag.{backend.id}",
                self.env._("Silent for"),
                lag,
                "hours",
                **common,
            ),
        ]

    @api.model
    def _feed_verdict(self, figures, late):
        by_kpi = {figure["kpi"]: figure for figure in figures}
        missing = by_kpi["feed.missing_days"]["count"]
        if late:
            names = ", ".join(late.mapped("name"))
            return "error", self.env._("Silent or failing: %(names)s.", names=names)
        if missing:
            return "error", counted(
                self.env._(
                    "%(count)s {period was|periods were} never pulled completely.",
                    count=missing,
                ),
                missing,
            )
        if by_kpi["feed.failed_windows"]["value"]:
            return "warning", self.env._("Pulls failed, and were made good since.")
        return "ok", self.env._("Every feed is complete.")

    # ------------------------------------------------------------------
    # Audit chain
    # ------------------------------------------------------------------

    @api.model
    def _tile_audit(self, company):
        """Say up to which moment the audit chain is proved, and how far it lags."""
        # The chain is one for all companies; no event is shown here.
        events = self.env["settlement.event"].sudo()
        head = events.env["settlement.event.seal"]._head()
        lag = events._seal_lag()
        known = self._chain_verified()
        last = head.last_event_id or 0
        figures = [
            self._figure(
                "audit.verified_at",
                self.env._("Verified"),
                fields.Datetime.to_datetime(known.get("at")) if known else None,
                "moment",
            ),
            self._figure(
                "audit.verified_events",
                self.env._("Events verified"),
                known.get("events") if known else None,
                action=known
                and self._window(
                    self.env._("Events Verified"),
                    "settlement.event",
                    [("id", "<=", known["last_id"])],
                ),
                count=known.get("events") if known else None,
            ),
            self._figure(
                "audit.sealed_at",
                self.env._("Sealed"),
                head.sealed_at or None,
                "moment",
            ),
            self._counted(
                "audit.unsealed",
                self.env._("Not sealed yet"),
                "settlement.event",
                [("id", ">", last)],
                value=lag["unsealed"],
            ),
            self._figure(
                "audit.lag",
                self.env._("Oldest of these"),
                round(lag["oldest_seconds"] / 3600, 1),
                "hours",
            ),
        ]
        return self._tile_values(figures, *self._chain_verdict(known, lag))

    @api.model
    def _chain_verdict(self, known, lag):
        if known and not known["ok"]:
            return "error", known["sentence"]
        limit = fields.Datetime.now() - timedelta(hours=VERIFIED_HOURS)
        if not known or fields.Datetime.to_datetime(known["at"]) < limit:
            return "warning", self.env._("It has not been verified lately.")
        if lag["unexported"]:
            return "warning", counted(
                self.env._(
                    "%(count)s {seal is|seals are} not in "
                    "the file outside the database.",
                    count=lag["unexported"],
                ),
                lag["unexported"],
            )
        return "ok", self.env._("Nobody has altered anything.")

    @api.model
    def _chain_verified(self):
        """Return what the last verification of the chain found, {} without one."""
        # One value, written by the scheduled action alone.
        parameters = self.env["ir.config_parameter"].sudo()
        return json.loads(parameters.get_param(PARAMETER) or "{}")

    @api.model
    def _cron_verify_chain(self):
        """Scheduled action: verify the audit chain and keep what it found."""
        events = self.env["settlement.event"].sudo()  # of all companies
        last = events.search([], order="id desc", limit=1)
        found = events.verify_chain()
        first = found["findings"][:1]
        known = {
            "at": fields.Datetime.to_string(fields.Datetime.now()),
            "ok": found["ok"],
            "events": events.search_count([("id", "<=", last.id)]),
            "last_id": last.id or 0,
            "sentence": first[0]["sentence"] if first else "",
        }
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param(PARAMETER, json.dumps(known))
        return known

    # ------------------------------------------------------------------
    # Last run
    # ------------------------------------------------------------------

    @api.model
    def _tile_run(self, company):
        """Say how fast the stages of the newest run were and what limited it."""
        run = self.env["settlement.run"].search(
            [
                "|",
                ("company_id", "=", company.id),
                ("backend_ids.company_id", "=", company.id),
            ],
            order="id desc",
            limit=1,
        )
        if not run:
            return self._tile_values([])
        states = dict(run._fields["state"]._description_selection(self.env))
        figures = [
            self._figure(
                "run.started",
                self.env._("Started"),
                run.started_at,
                "moment",
                action=self._window(
                    self.env._("Last Run"), run._name, [("id", "=", run.id)]
                ),
                count=1,
            ),
            self._figure("run.state", self.env._("State"), states[run.state], "text"),
            *self._step_figures(run),
            *self._stage_figures(run, company),
        ]
        return self._tile_values(figures, *self._run_verdict(run))

    @api.model
    def _step_figures(self, run):
        """Return the seconds of each step."""
        return [
            self._figure(
                f"run.step.{step}",
                step.capitalize(),
                self.env._("%(seconds)s s", seconds=counters.get("seconds", 0)),
                "text",
                group=self.env._("Steps"),
            )
            for step, counters in (run.counters or {}).items()
        ]

    @api.model
    def _stage_figures(self, run, company):
        """Return the rows per second of the stages in which the time went."""
        stages = run.stage_ids.filtered(
            lambda stage: stage.company_id == company and stage.rows and stage.seconds
        )
        return [
            self._figure(
                f"run.stage.{stage.name}",
                stage.name.replace("_", " ").capitalize(),
                round(stage.rows_per_second),
                "rate",
                group=self.env._("Rows a second"),
                action=self._window(stage.name, stage._name, [("id", "=", stage.id)]),
                count=1,
            )
            for stage in stages.sorted("seconds", reverse=True)[:5]
        ]

    @api.model
    def _run_verdict(self, run):
        if run.state == "running":
            return "ok", self.env._("It is running: %(done)s %%.", done=run.progress)
        if run.state == "cancelled":
            return "warning", self.env._("It was cancelled. Resume it, or start anew.")
        if run.skipped:
            return "warning", self.env._(
                "Left out because a role is missing: %(steps)s.", steps=run.skipped
            )
        if run.limited_by:
            return "ok", self.env._("Limited by %(step)s.", step=run.limited_by)
        return "ok", self.env._("Nothing held it up.")
