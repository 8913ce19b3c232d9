from odoo import api, fields, models
from odoo.fields import Command

from ..layout.definition import FileLayout, LayoutError
from ..screen import values as screen_values
from ..screen.definition import definition_of, doubled_use
from ..screen.places import sentence_of
from ..screen.uses import USES
from .file_layout_setting import LISTS, SETTINGS


class SettlementFileLayout(models.Model):
    """What people entered as the data that reads files, and the way back."""

    _inherit = "settlement.file.layout"

    problem = fields.Text(
        compute="_compute_problem", help="Why no file can be read by it yet."
    )

    def _values(self):
        """Return what was entered as plain values: settings, and rows of the lists."""
        self.ensure_one()
        values = {"name": self.name or "", "version": self.version}
        for name in SETTINGS:
            is_bare = self._fields[name].type in ("boolean", "integer")
            values[name] = self[name] if is_bare else self[name] or ""
        for name in LISTS:
            values[name] = [part._plain() for part in self[name].sorted("sequence")]
        return values

    def _entered(self):
        """Return the layout that was entered, checked as a whole.

        :raises LayoutError: with the path of what is wrong and a sentence.
        """
        values = self._values()
        if line := doubled_use(values["line_ids"]):
            raise LayoutError(
                "columns",
                self.env._(
                    "“%(column)s” is used twice as “%(use)s”. Delete one of the lines.",
                    column=line["column"],
                    use=dict(USES)[line["use"]],
                ),
            )
        return FileLayout.from_data(definition_of(values))

    def _definition(self):
        """Return the data of the layout; of what was proposed, as it was frozen.

        A draft that is not right yet is data too: what its author has entered.
        """
        self.ensure_one()
        if self.state != "draft" and self.definition:
            return self.definition
        try:
            return self._entered().to_data()
        except LayoutError:
            return definition_of(self._values())

    def _layout(self):
        """Return the pure layout: what is in force is read as it was approved.

        :raises LayoutError: for a draft that is not right yet.
        """
        if self.state != "draft" and self.definition:
            return FileLayout.from_data(self.definition)
        return self._entered()

    @api.depends(lambda self: [*SETTINGS, *self._part_paths()])
    def _compute_problem(self):
        for layout in self:
            layout.problem = layout._problem()

    @api.model
    def _part_paths(self):
        """Return the fields of all lists that a layout is made of, as paths."""
        return [
            f"{name}.{part}"
            for name in LISTS
            for part in (
                "sequence",
                *self.env[self._fields[name].comodel_name]._content_fields,
            )
        ]

    def _problem(self):
        """Return why no file can be read by the layout, False if files can."""
        self.ensure_one()
        try:
            self._layout()
        except LayoutError as error:
            return self._sentence_of(error)
        return False

    def _sentence_of(self, error):
        """Return what is wrong with the layout, and where on the screen."""
        return sentence_of(error.path, error.sentence, self._definition())

    @api.model
    def _field_values(self, layout):
        """Return what a pure layout is as field values: settings and lists."""
        values = screen_values.values_of(layout)
        return {name: values[name] or False for name in (*SETTINGS, *LISTS)}

    @api.model
    def _draft_values(self, layout):
        """Return what a pure layout is as values of a draft that is created."""
        values = self._field_values(layout)
        for name in LISTS:
            values[name] = self._commands(values[name] or [])
        return values

    @api.model
    def _commands(self, rows):
        """Return commands that put these rows in the place of what is there."""
        return [
            Command.clear(),
            *(
                Command.create({**row, "sequence": number})
                for number, row in enumerate(rows, 1)
            ),
        ]

    def _sentence(self):
        """Return what the layout reads in a few words, for an approver."""
        self.ensure_one()
        used = self.line_ids.filtered("use")
        return self.env._(
            "%(kind)s with %(used)s of %(columns)s columns used, %(kinds)s kinds of "
            "rows, %(controls)s control totals",
            kind=dict(self._fields["file_kind"]._description_selection(self.env))[
                self.file_kind
            ],
            used=len(set(used.mapped("column"))),
            columns=len(set(self.line_ids.mapped("column"))),
            kinds=len(self.kind_ids.filtered("kind")),
            controls=len(self.total_ids),
        )
