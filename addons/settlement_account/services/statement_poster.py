from odoo.exceptions import UserError

from .batch_poster import POSTING_REASONS, REFUSALS, refuse
from .errors import PostingError
from .slice_builder import SliceBuilder
from .statement_writer import StatementWriter


class StatementPoster:
    """Writes the statements of one backend into Odoo, each booking exactly once."""

    def __init__(self, backend, checkpoint=None):
        self.env = backend.env
        self.backend = backend
        self.checkpoint = checkpoint or (lambda: None)
        self.counters = {"statement_lines": 0, "refused": 0}

    def post(self, batches):
        """Write what is missing of ``batches``; return counters."""
        if not batches:
            return self.counters
        try:
            writer = StatementWriter(SliceBuilder(self.backend))
        except (PostingError, UserError) as error:
            refuse(self.env, self.backend, error)
            self.counters["refused"] += 1
            return self.counters
        for batch in batches:
            # A batch that another worker holds is passed over, not waited for.
            while batch.try_lock_for_update() and self._post_some(writer, batch):
                self.checkpoint()
            self.checkpoint()
        return self.counters

    def _post_some(self, writer, batch):
        """Write the next lines of a statement; return how many these were."""
        try:
            with self.env.cr.savepoint():
                created = writer.write(batch)
                self.env.flush_all()
        except REFUSALS as error:
            refuse(self.env, batch, error)
            self.counters["refused"] += 1
            return 0
        self.env["settlement.exception"]._clear_for(batch, POSTING_REASONS)
        batch._refresh_posting_state()
        self.counters["statement_lines"] += created
        return created
