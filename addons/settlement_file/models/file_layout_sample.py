import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.settlement.canonical.card_numbers import mask_text
from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.storage import payload as payload_storage

from ..detection.detect import detect
from ..layout import plain
from ..layout.definition import FileLayout, LayoutError
from ..screen import values as screen_values
from ..screen.definition import definition_of
from .file_layout_setting import LISTS

# As much of a file says what it looks like; an XLSX has its directory at its end.
SAMPLE_BYTES = 1 << 20
WHOLE_SAMPLE_BYTES = 8 << 20
ARCHIVE = b"PK\x03\x04"
# More different values than these are no kinds of rows.
MOST_KINDS = 40
SHOWN_SAMPLES = 3


class SettlementFileLayout(models.Model):
    """The sample that a layout was made from, and what was found out about it."""

    _inherit = "settlement.file.layout"

    sample = fields.Binary(
        attachment=True, copy=True, help="Kept with card numbers masked."
    )
    sample_name = fields.Char()
    sample_sha256 = fields.Char(readonly=True, size=64)
    sample_is_cut = fields.Boolean(
        readonly=True, help="Only the beginning of the file is kept."
    )
    findings = fields.Json(readonly=True, help="What was found out, with reasons.")

    # ------------------------------------------------------------------
    # Keeping it
    # ------------------------------------------------------------------

    @api.model
    def _mask_sample(self, vals):
        """Let a sample in as the inbox keeps files: card numbers masked, bounded."""
        vals.pop("sample_sha256", None)
        if not vals.get("sample"):
            return
        content, is_cut = self._bounded(base64.b64decode(vals["sample"]))
        masked = self._masked(content)
        vals.update(
            sample=base64.b64encode(masked.file.read()),
            sample_sha256=masked.stored_sha256,
            sample_is_cut=is_cut or vals.get("sample_is_cut", False),
        )
        if "sample_name" in vals:
            vals["sample_name"] = mask_text(vals["sample_name"] or "")

    @api.model
    def _bounded(self, content):
        """Return as much of a file as is kept, and whether that is not all of it."""
        if not content:
            raise UserError(self.env._("The file is empty. Choose one with rows."))
        if not content.startswith(ARCHIVE):
            return content[:SAMPLE_BYTES], len(content) > SAMPLE_BYTES
        if len(content) > WHOLE_SAMPLE_BYTES:
            raise UserError(
                self.env._(
                    "The file has %(size)s MB, and a sample of XLSX is kept whole. "
                    "Take one with fewer rows: a thousand are plenty.",
                    size=len(content) >> 20,
                )
            )
        return content, False

    @api.model
    def _masked(self, content):
        """Return a file as it is kept.

        :raises UserError: if card numbers in it could not be seen.
        """
        try:
            return payload_storage.read_payload(content)
        except MalformedInput as error:
            raise UserError(str(error)) from None

    def _sample_bytes(self):
        """Return the sample, b"" if there is none; also while a form is edited."""
        self.ensure_one()
        kept = self._origin.with_context(bin_size=False).sample
        return base64.b64decode(kept or b"")

    # ------------------------------------------------------------------
    # What it says
    # ------------------------------------------------------------------

    @api.model
    def _start(self, name, filename, sample, company):
        """Return the draft that a sample leads to.

        :param sample: the file, in base64.
        :raises AccessError: without the integration administrator role.
        """
        self.env["settlement.backend"]._require_group("group_integration_admin")
        layout = self.create(
            {
                "name": name,
                "company_id": company.id,
                "sample": sample,
                "sample_name": filename or self.env._("sample"),
            }
        )
        layout.write(layout._detected_values(layout._detect()))
        return layout

    def action_detect(self):
        """Look at the sample again, with the file form as it was corrected.

        What columns that are still there are used for stays.

        :raises AccessError: without the integration administrator role.
        """
        self.ensure_one()
        self._require_editor()
        detection = self._detect(like=self._unchecked())
        found = self._detected_values(detection)
        self.write(self._corrected_values(found, detection))
        return True

    def _replace_sample(self, filename, sample):
        """Take another sample for this draft; what was set up stays.

        :param sample: the file, in base64.
        :raises AccessError: without the integration administrator role.
        """
        self.ensure_one()
        self._require_editor()
        self.write({"sample": sample, "sample_name": filename or self.sample_name})
        detection = self._detect()
        if detection.layout.file.kind == self.file_kind:
            self.action_detect()
        else:
            self.write(self._detected_values(detection))

    def action_replace_sample(self):
        """Open the dialogue that takes another sample for this draft."""
        self.ensure_one()
        self._require_editor()
        self._require_draft()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Another Sample"),
            "res_model": "settlement.file.layout.start",
            "view_mode": "form",
            "target": "new",
            "context": {"default_layout_id": self.id, "default_name": self.name},
        }

    def _detect(self, like=None):
        """Return what the sample says about its file."""
        self.ensure_one()
        return detect(self._sample_bytes(), self.sample_name or "", like)

    def _unchecked(self):
        """Return the layout as it was entered, right or not."""
        try:
            return plain.read(FileLayout, definition_of(self._values()))
        except LayoutError as error:
            raise UserError(str(error)) from None

    def _detected_values(self, detection):
        """Return what was found out as values of a layout."""
        values = self._field_values(detection.layout)
        rows = {name: values.pop(name) or [] for name in LISTS}
        rows["line_ids"] = self._explained(detection, rows["line_ids"])
        rows["kind_ids"] = self._kinds_to_name(
            detection, rows["kind_ids"], detection.layout.kinds.column
        )
        return {
            **values,
            "findings": self._finding_data(detection),
            **{name: self._commands(found) for name, found in rows.items()},
        }

    @api.model
    def _explained(self, detection, lines):
        """Return the lines of all columns, with what stands in them and why."""
        guesses = {guess.column: guess for guess in detection.columns}
        ordered = screen_values.in_order_of(guesses, lines)
        return [
            {**line, **self._explanation(guesses.get(line["column"]))}
            for line in ordered
        ]

    @api.model
    def _explanation(self, guess):
        if guess is None:
            return {}
        shown = [text[:40] for text in guess.samples[:SHOWN_SAMPLES]]
        return {"samples": "  ·  ".join(shown), "guess": guess.reason}

    def write(self, vals):
        """List the values of another column that says what rows are, once chosen."""
        if "line_ids" not in vals or "kind_ids" in vals:
            return super().write(vals)
        before = {layout: layout._kind_column() for layout in self}
        result = super().write(vals)
        for layout, column in before.items():
            if layout._kind_column() not in ("", column):
                layout._list_kind_values()
        return result

    def action_list_kind_values(self):
        """List all values of the sample that say what rows are.

        :raises AccessError: without the integration administrator role.
        """
        self._require_editor()
        self._require_draft()
        for layout in self.filtered(lambda layout: layout._kind_column()):
            layout._list_kind_values()
        return True

    def _list_kind_values(self):
        """Add the values that nobody has named yet in the place of other such ones."""
        named = self.kind_ids.filtered("kind")
        kinds = [kind._plain() for kind in named]
        detection = self._detect(like=self._unchecked())
        new = self._kinds_to_name(detection, kinds, self._kind_column())[len(kinds) :]
        self.kind_ids = [
            *(Command.delete(kind.id) for kind in self.kind_ids - named),
            *(Command.create(kind) for kind in new),
        ]

    def _kind_column(self):
        """Return the column that says what rows are, "" if none does."""
        lines = self.line_ids.filtered(lambda line: line.use == "kind")
        return lines[:1].column or ""

    @api.model
    def _kinds_to_name(self, detection, kinds, column):
        """Return the kinds with a row for each value that nobody has named yet."""
        guess = next((one for one in detection.columns if one.column == column), None)
        if guess is None:
            return kinds
        named = {kind["value"].casefold() for kind in kinds}
        new = {
            value.casefold(): value
            for value in (guess.values or guess.samples)[:MOST_KINDS]
            if value and value.casefold() not in named
        }
        return kinds + [{"value": value, "kind": False} for value in new.values()]

    @api.model
    def _finding_data(self, detection):
        """Return findings and problems as data that can be kept."""
        return {
            "rows": detection.rows,
            "sheets": list(detection.sheets),
            "record_paths": list(detection.record_paths),
            "problems": list(detection.problems),
            "findings": [
                {
                    "topic": each.topic,
                    "value": each.value,
                    "reason": each.reason,
                    "is_sure": each.is_sure,
                    "alternatives": list(each.alternatives),
                }
                for each in detection.findings
            ],
        }

    def _corrected_values(self, found, detection):
        """Return what a second look changes: columns that came, and all findings."""
        guesses = {guess.column: guess for guess in detection.columns}
        kept = [line for line in self._values()["line_ids"] if line["use"]]
        present = [line for line in kept if line["column"] in guesses]
        if not present:
            return found
        computed = set(self.computed_ids.mapped("name")) | set(
            self.cell_ids.mapped("name")
        )
        present += [line for line in kept if line["column"] in computed]
        lines = self._explained(detection, present)
        return {"findings": found["findings"], "line_ids": self._commands(lines)}
