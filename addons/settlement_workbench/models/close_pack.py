import hashlib
import logging
import os
import shutil
import tempfile
from pathlib import Path

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL
from odoo.tools.misc import file_path

from ..closing.pack_file import CHUNK, write_pack
from ..closing.summary_pdf import Line, Summary, write_pdf
from ..services.close_tables_ledger import CloseLedgerTables

_logger = logging.getLogger(__name__)

# More journal items than that are packed in the background.
AT_ONCE = 20_000
FONT = "web/static/fonts/sign/NotoSans-Reg.ttf"
ZIP = "application/zip"


class SettlementClosePack(models.Model):
    """The evidence of a period in one file, with its hash in the audit trail."""

    _name = "settlement.close.pack"
    _description = "Evidence Pack"
    _order = "id desc"
    _rec_name = "filename"

    close_id = fields.Many2one(
        "settlement.close", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="close_id.company_id", store=True, index=True)
    filename = fields.Char(compute="_compute_filename")
    state = fields.Selection(
        [("waiting", "Waiting"), ("done", "Done"), ("failed", "Failed")],
        required=True,
        default="waiting",
        readonly=True,
    )
    requested_by_id = fields.Many2one("res.users", "Asked by", readonly=True)
    requested_at = fields.Datetime("Asked at", readonly=True)
    sha256 = fields.Char("SHA-256", readonly=True)
    size = fields.Integer("Bytes", readonly=True)
    error = fields.Text(readonly=True)
    # Readable through the download only, which is logged.
    attachment_id = fields.Many2one(
        "ir.attachment", readonly=True, groups=fields.NO_ACCESS, ondelete="restrict"
    )

    @api.depends("close_id.period", "close_id.company_id.name")
    def _compute_filename(self):
        for pack in self:
            words = f"{pack.close_id.display_name or ''} {pack.id or ''}"
            safe = "".join(sign if sign.isalnum() else "_" for sign in words)
            pack.filename = f"evidence_{safe}.zip"

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("An evidence pack is kept."))

    # ------------------------------------------------------------------
    # Making it
    # ------------------------------------------------------------------

    @api.model
    def _request(self, close):
        """Return a new pack of a period, built at once unless it is large."""
        # Packs are made by this method only; the role was checked.
        pack = self.sudo().create(
            {
                "close_id": close.id,
                "requested_by_id": self.env.uid,
                "requested_at": fields.Datetime.now(),
            }
        )
        if pack._is_large():
            self.env.ref("settlement_workbench.cron_close_pack").sudo()._trigger()
        else:
            pack._build()
        return pack.sudo(self.env.su)

    def _is_large(self):
        close = self.close_id
        items = self.env["account.move.line"].search_count(
            [
                ("company_id", "=", close.company_id.id),
                ("date", ">=", close.period),
                ("date", "<=", close.day),
            ],
            limit=AT_ONCE + 1,
        )
        return items > AT_ONCE

    @api.model
    def _cron_build(self):
        """Scheduled action: build the packs that wait, one transaction each."""
        cron = self.env["ir.cron"]
        waiting = self.search([("state", "=", "waiting")], order="id")
        for number, pack in enumerate(waiting, start=1):
            pack._build_or_tell()
            cron._commit_progress(1, remaining=len(waiting) - number)

    def _build_or_tell(self):
        """Build a pack in the name of who asked; say what went wrong."""
        if not self.try_lock_for_update():
            return
        pack = self.with_user(self.requested_by_id).sudo()
        try:
            with self.env.cr.savepoint():
                pack._build()
        except UserError as error:
            pack.write({"state": "failed", "error": str(error)})
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:  # pylint: disable=broad-exception-caught
            # One pack that fails stops none of the others.
            _logger.exception("Evidence pack %s could not be built", pack.id)
            sentence = pack.env._("Something unforeseen; the server's log says what.")
            pack.write({"state": "failed", "error": sentence})

    def _build(self):
        """Write the file, keep it, and put its hash into the audit trail."""
        self.ensure_one()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "pack.zip"
            sha256 = write_pack(
                path,
                CloseLedgerTables(self.close_id).tables(),
                self._summary_pdf,
                self._about(),
            )
            size = path.stat().st_size
            attachment = self._keep(path)
        self.write(
            {
                "state": "done",
                "sha256": sha256,
                "size": size,
                "attachment_id": attachment.id,
                "error": False,
            }
        )
        self.env["settlement.event"]._log(
            "pack.built",
            self.close_id,
            after={"pack": self.id, "sha256": sha256, "bytes": size},
        )

    def _about(self):
        """Return what the pack is about; nothing that another pack would not say."""
        close = self.close_id
        return {
            "company": close.company_id.name,
            "period": str(close.period),
            "last_day": str(close.day),
            "state": close.state,
            "answer": close.answer,
            "proofs_sha256": close.closing_hash or "",
            "computed_at": str(close.refreshed_at),
        }

    def _summary_pdf(self, members):
        close = self.close_id
        states = dict(close._fields["state"]._description_selection(self.env))
        results = dict(close.row_ids._fields["state"]._description_selection(self.env))
        summary = Summary(
            title=self.env._(
                "Evidence of %(month)s, %(company)s",
                month=close.period.strftime("%Y-%m"),
                company=close.company_id.name,
            ),
            answer=self.env._("Ready to close? %(answer)s", answer=close.answer),
            facts=(
                (self.env._("State"), states[close.state]),
                (self.env._("Computed at"), f"{close.refreshed_at} UTC"),
                (self.env._("Closed by"), close.closed_by_id.name or "–"),
                (self.env._("Closed at"), str(close.closed_at or "–")),
                (self.env._("Locked up to"), str(close.lock_date or "–")),
            ),
            heads=(
                self.env._("Check"),
                self.env._("Result"),
                self.env._("What There Is"),
                self.env._("Amount"),
                self.env._("Signed"),
            ),
            lines=[self._summary_line(row, results) for row in close.row_ids],
            file_heads=(
                self.env._("List"),
                self.env._("Rows"),
                self.env._("SHA-256"),
            ),
            files=[(each.name, str(each.rows), each.sha256) for each in members],
        )
        return write_pdf(summary, self._font())

    @api.model
    def _font(self):
        try:
            return file_path(FONT)
        except FileNotFoundError:
            return None

    @api.model
    def _summary_line(self, row, results):
        amount = ""
        if not row.currency_id.is_zero(row.amount):
            digits = row.currency_id.decimal_places
            amount = f"{row.amount:,.{digits}f} {row.currency_id.name}"
        signed = ""
        if row.signed_by_id:
            signed = f"{row.signed_by_id.name}, {row.signed_at} UTC: {row.comment}"
        return Line(
            row.name,
            row.state,
            results[row.state],
            row.sentence or "",
            amount,
            signed,
        )

    # ------------------------------------------------------------------
    # Keeping it
    # ------------------------------------------------------------------

    def _keep(self, path):
        """Keep a file as an attachment that only the download hands out."""
        attachments = self.env["ir.attachment"].with_user(SUPERUSER_ID)
        values = {"name": self.filename, "mimetype": ZIP}
        if attachments._storage() != "file":
            return attachments.create({**values, "raw": path.read_bytes()})
        attachment = attachments.create({**values, "raw": b""})
        checksum, size = self._checksum(path), path.stat().st_size
        name = f"{checksum[:2]}/{checksum}"
        target = attachments._full_path(name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.move(path, target)
        # Odoo takes a content in memory only; a file that is there is referred to.
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE ir_attachment SET store_fname = %s, checksum = %s, "
                "file_size = %s, mimetype = %s, db_datas = NULL WHERE id = %s",
                name,
                checksum,
                size,
                ZIP,
                attachment.id,
            )
        )
        attachment.invalidate_recordset()
        return attachment

    @api.model
    def _checksum(self, path):
        """Return the name that Odoo gives to a content in its file store."""
        digest = hashlib.sha1(usedforsecurity=False)
        with path.open("rb") as stream:
            while piece := stream.read(CHUNK):
                digest.update(piece)
        return digest.hexdigest()

    # ------------------------------------------------------------------
    # Handing it out
    # ------------------------------------------------------------------

    def action_download(self):
        """Download the pack; who does so is part of the audit trail.

        :raises AccessError: without a role that may have it, or in another company.
        :raises UserError: before it is there.
        """
        self.ensure_one()
        self._check_download()
        return {
            "type": "ir.actions.act_url",
            "url": f"/settlement/close/pack/{self.id}",
            "target": "download",
        }

    def _check_download(self):
        self.env["settlement.backend"]._require_group(
            "group_accountant", "group_auditor"
        )
        self.check_access("read")
        self.close_id._check_company_allowed()
        if self.state != "done":
            raise UserError(self.env._("This pack is not there yet."))

    def _handed_out(self):
        """Return the attachment to be sent, and log who takes it."""
        self._check_download()
        # Readers may take it, and only the system writes the trail.
        pack = self.sudo()
        self.env["settlement.event"].sudo()._log(
            "pack.downloaded",
            pack.close_id,
            after={"pack": self.id, "sha256": self.sha256},
        )
        return pack.attachment_id
