from odoo import models

from odoo.addons.settlement.canonical.facts import ParseResult

from ..mapping.parse import parse
from .backend import _head


class SettlementConnectorFile(models.AbstractModel):
    """Files of any source, read as an approved layout says."""

    _name = "settlement.connector.file"
    _inherit = "settlement.connector"
    _description = "Connector: Any File"

    def _about(self):
        return self.env._(
            "Files of any provider: CSV, XLSX or JSON. What their columns mean is set "
            "up on the screen, from a sample (Settings, File Layouts), and approved by "
            "somebody else. You need one of the provider's files."
        )

    def _capabilities(self):
        return {"file"}

    def _recognises(self, filename, head):
        """Take any file: the layouts of a backend say which of them it can read."""
        return True

    def _parse(self, message):
        layout = self._layout_of(message)
        # Which version has read a file belongs to its trace; messages are nobody's
        # to write.
        message.sudo().file_layout_id = layout
        return ParseResult(self._facts(message, layout._layout()))

    def _layout_of(self, message):
        """Return the layout that reads a message today."""
        with message._open_content() as content:
            head = _head(content)
        return message.backend_id._file_layout_for(message.filename or "", head)

    def _facts(self, message, layout):
        with message._open_content() as content:
            yield from parse(layout, content, message.filename or "")
