from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.settlement.canonical.card_numbers import mask_text

from ..detection.detect import detect
from ..mapping.parse import recognises
from ..screen.readings import under_decision
from .file_layout_sample import ARCHIVE

HEAD_BYTES = 1 << 18
SHOWN_COLUMNS = 12


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    connector = fields.Selection(
        selection_add=[("file", "Any file (CSV, XLSX, JSON)")],
        ondelete={"file": "cascade"},
    )
    file_layout_ids = fields.Many2many(
        "settlement.file.layout",
        "settlement_backend_file_layout_rel",
        "backend_id",
        "layout_id",
        string="File Layouts",
        check_company=True,
        copy=False,
        domain="[('previous_id', '=', False), ('company_id', '=', company_id), "
        "('state', '!=', 'withdrawn')]",
        context={"settlement_without_version": True},
        help="What its files look like. Of each layout the approved version that is "
        "in force reads them; of several, the one whose columns a file has.",
    )

    def _facts_of(self, message, rules):
        """Of files by a layout: note under which decision they were read.

        What the version of today says overrules what an earlier one has said.
        """
        facts = super()._facts_of(message, rules)
        if self.connector != "file":
            return facts
        decision = message.file_layout_id.decision
        return (under_decision(fact, decision) for fact in facts)

    def _use_file_layout(self, layout):
        """Let a backend read files by a layout, whichever of its versions holds.

        :raises AccessError: without the integration administrator role.
        """
        self.ensure_one()
        self._require_group("group_integration_admin")
        self.check_access("write")
        if self.connector != "file":
            raise UserError(
                self.env._(
                    "%(backend)s reads the files of its own connector, not by a "
                    "layout.",
                    backend=self.name,
                )
            )
        self.file_layout_ids += layout.origin_id

    def _check_recognised(self, filename, content):
        """Of any file, one of the backend's layouts has to read it."""
        if self.connector != "file":
            return super()._check_recognised(filename, content)
        return self._file_layout_for(filename, _head(content))

    def _file_layout_for(self, filename, head):
        """Return the version of a layout that reads a file today.

        :param head: the first bytes of the file; all of an archive.
        :raises UserError: if no layout holds, or none or more than one fits the file.
        """
        self.ensure_one()
        holding = self._file_layouts_in_force()
        fitting = holding.filtered(
            lambda layout: recognises(layout._layout(), filename, head)
        )
        if not fitting:
            raise UserError(self._unknown_file(filename, head, holding))
        return self._closest_file_layout(filename, fitting)

    def _file_layouts_in_force(self):
        """Return the versions that read the files of this backend today.

        :raises UserError: if there is none, saying what to do.
        """
        layouts = self.file_layout_ids.origin_id
        if not layouts:
            raise UserError(
                self.env._(
                    "%(backend)s has no file layout yet, so nothing says what its "
                    "columns mean. Set one up from a sample: Settings, File Layouts.",
                    backend=self.name,
                )
            )
        holding = layouts.browse()
        for layout in layouts:
            holding |= layout._in_force()
        if not holding:
            raise UserError(
                self.env._(
                    "No version of %(layouts)s is approved and in force, so no file of "
                    "%(backend)s can be read. Propose it, and let somebody else "
                    "approve it.",
                    layouts=", ".join(layouts.mapped("name")),
                    backend=self.name,
                )
            )
        return holding

    def _closest_file_layout(self, filename, fitting):
        """Return the layout that uses most of a file's columns.

        :raises UserError: if two of them use as many.
        """
        ranked = sorted(fitting, key=lambda one: one._used_column_count(), reverse=True)
        first, *others = ranked
        rivals = [
            layout
            for layout in others
            if layout._used_column_count() == first._used_column_count()
        ]
        if rivals:
            raise UserError(
                self.env._(
                    "%(file)s fits the layouts %(layouts)s alike. Use a column in one "
                    "of them that the other files do not have.",
                    file=mask_text(filename),
                    layouts=", ".join(one.name for one in (first, *rivals)),
                )
            )
        return first

    def _unknown_file(self, filename, head, holding):
        """Return the sentence about a file that no layout fits."""
        detection = detect(head, filename)
        columns = [guess.column for guess in detection.columns]
        if not columns:
            return self.env._(
                "%(file)s is no file that %(backend)s can read: it is neither CSV nor "
                "XLSX nor JSON with rows. Check that you chose the right file.",
                file=mask_text(filename),
                backend=self.name,
            )
        lacking = [
            self.env._(
                "“%(layout)s” needs %(columns)s.",
                layout=layout.display_name,
                columns=", ".join(missing[:SHOWN_COLUMNS]),
            )
            for layout in holding
            if (missing := layout._columns_missing_in(columns))
        ]
        return self.env._(
            "No layout of %(backend)s fits %(file)s. Its columns are: %(columns)s. "
            "%(lacking)s If it is a file of another kind, set up a layout for it: “Set "
            "Up a Layout” beside “Import”, or Settings, File Layouts.",
            backend=self.name,
            file=mask_text(filename),
            columns=mask_text(", ".join(columns[:SHOWN_COLUMNS])),
            lacking=" ".join(lacking),
        )


def _head(content):
    """Return the first bytes of a file, all of an archive; a stream is wound back."""
    if isinstance(content, bytes):
        return content if content.startswith(ARCHIVE) else content[:HEAD_BYTES]
    head = content.read(HEAD_BYTES)
    if head.startswith(ARCHIVE):
        head += content.read()
    content.seek(0)
    return head
