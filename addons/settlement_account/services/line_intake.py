from odoo.tools import SQL
from odoo.tools.misc import split_every

from ..ledger.statement_lines import external_id
from .line_reader import LineReader

STREAM = "statement_lines"
# Lines of one message: small enough to stand in the database with their message.
LINES = 400
# Lines that are compared with what is known of them at once.
SLICE = 4000


class LineIntake:
    """Takes statement lines of Odoo in as facts, and follows what becomes of them.

    Each chunk of lines is a message like those of any other source: kept, hashed,
    read and pinned. Message, facts and fingerprints are written at once.
    """

    def __init__(self, backend, checkpoint=None, most=None):
        """Take in for ``backend``.

        :param checkpoint: commits after each chunk, or None.
        :param most: stop after about so many lines; None: take in all.
        """
        self.most = most
        self.env = backend.env
        self.backend = backend
        self.checkpoint = checkpoint or (lambda: None)
        self.wallets = backend.wallet_ids.filtered("journal_id")
        self.reader = LineReader(self.wallets)
        self.counters = {"lines": 0, "settled_elsewhere": 0}

    def run(self, is_sweep=False):
        """Bring the facts in line with the statement lines; return counters.

        :param is_sweep: look at settled lines, too.
        """
        if self.wallets and self._take_turn():
            self._reopen(self.reader.reopened())
            self._take_all(self.reader.candidates(is_sweep), self.reader.news)
            if not self.is_enough:
                self._take_all(self.reader.vanished(), self.reader.last_words)
                self._close(self.reader.settled_elsewhere())
            self.checkpoint()
        return self.counters

    def follow(self, lines):
        """Bring what is known of some statement lines in line with them, at once.

        :param lines: statement lines of journals of this backend.
        """
        if not (self.wallets and self._take_turn()):
            return
        rows = self._rows_of(lines, self.reader.reopened())
        self._reopen(rows)
        self._take_all(lines.ids, self.reader.news)
        self._close(self._rows_of(lines, self.reader.settled_elsewhere()))

    def _rows_of(self, lines, row_ids):
        """Return those of some rows that were read from some lines."""
        states = self.env["settlement.transaction.state"].search(
            [("ledger_line_id", "in", lines.ids), ("transaction_id", "in", row_ids)]
        )
        return states.transaction_id.ids

    @property
    def is_enough(self):
        """Whether as many lines were taken in as were asked for."""
        return self.most is not None and self.counters["lines"] >= self.most

    def _take_turn(self):
        """Make sure that nobody else takes in lines of this backend until we commit.

        Writing the turn makes whoever began before the other one was done start again.
        """
        return bool(self.backend.try_lock_for_update(allow_referencing=True))

    def _note_turn(self):
        self.env.cr.execute(
            SQL(
                "UPDATE settlement_backend SET ledger_turns = "
                "COALESCE(ledger_turns, 0) + 1 WHERE id = %s",
                self.backend.id,
            )
        )

    # ------------------------------------------------------------------
    # Chunks
    # ------------------------------------------------------------------

    def _take_all(self, line_ids, read):
        """Take in what ``read`` says of lines, chunk by chunk.

        Whoever takes the next turn before us takes in the same: nothing is doubled.
        """
        for some in split_every(SLICE, line_ids, list):
            for lines in split_every(LINES, read(some), list):
                self._take(lines)
                self.checkpoint()
                if self.is_enough or not self._take_turn():
                    return

    def _take(self, lines):
        """Store one chunk of lines as a message with its facts."""
        ids, fingerprints, partners, texts = zip(*lines, strict=True)
        self._note_turn()
        message = self.env["settlement.message"]._receive(
            self.backend,
            "poll",
            "\n".join(texts).encode(),
            stream=STREAM,
            external_id=f"{external_id(ids[0])}–{ids[-1]}",
        )
        self.backend._parse_messages(message.sudo(), None)
        self._link(list(ids), list(fingerprints), list(partners))
        self.counters["lines"] += len(lines)

    def _link(self, line_ids, fingerprints, partners):
        """Tell the rows of lines in which line they stand, and whose money it is.

        A line that is posted is in the ledger; one that was taken back is not.
        """
        self.env.flush_all()
        link = SQL(
            """
            FROM unnest(%(lines)s::int[], %(fingerprints)s::text[], %(partners)s::int[])
                    AS link (line, fingerprint, partner)
            JOIN settlement_transaction seen
              ON seen.backend_id = %(backend)s
             AND seen.external_id = 'line:' || link.line
             AND seen.is_current
            """,
            lines=line_ids,
            fingerprints=fingerprints,
            partners=partners,
            backend=self.backend.id,
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE settlement_transaction_state AS state
                   SET ledger_line_id = link.line,
                       ledger_fingerprint = link.fingerprint,
                       statement_line_id = CASE WHEN seen.provider_state = 'settled'
                            THEN link.line END,
                       posting_state = CASE
                            WHEN seen.provider_state <> 'settled' THEN 'none'
                            WHEN state.posting_state = 'reconciled' THEN 'reconciled'
                            ELSE 'posted' END
                %s
                 WHERE state.transaction_id = seen.id
                """,
                link,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE settlement_transaction AS fact
                   SET partner_id = NULLIF(link.partner, 0)
                %s
                 WHERE fact.id = seen.id
                   AND seen.provider_state = 'settled'
                   AND fact.partner_id IS DISTINCT FROM NULLIF(link.partner, 0)
                """,
                link,
            )
        )
        self.env.invalidate_all()

    # ------------------------------------------------------------------
    # Settled by somebody else
    # ------------------------------------------------------------------

    def _close(self, row_ids):
        """Let go of rows whose lines were settled beside our entries."""
        if not row_ids:
            return
        facts = self.env["settlement.transaction"].browse(row_ids)
        reason = self.env._("The statement line was reconciled in Odoo.")
        matches = facts.match_line_ids.match_id
        matches.filtered(lambda match: match.state in ("proposed", "confirmed"))._undo(
            reason
        )
        self._set_states(row_ids, "not_needed", "reconciled")
        self.env["settlement.event"]._log(
            "transaction.settled_elsewhere", self.backend, reason=reason, rows=facts
        )
        exceptions = self.env["settlement.exception"]
        exceptions._clear_for(facts, self.env["settlement.matcher"]._open_reasons())
        self.counters["settled_elsewhere"] += len(row_ids)

    def _reopen(self, row_ids):
        """Take up rows again whose lines are open again."""
        if not row_ids:
            return
        self._set_states(row_ids, "open", "posted")
        self.env["settlement.event"]._log(
            "transaction.reopened",
            self.backend,
            reason=self.env._("The statement line is open in Odoo again."),
            rows=self.env["settlement.transaction"].browse(row_ids),
        )

    def _set_states(self, row_ids, match_state, posting_state):
        states = self.env["settlement.transaction.state"]
        rows = states.search([("transaction_id", "in", row_ids)])
        rows._set_match_state(match_state)
        rows._set_posting_state(posting_state)
        self.env.flush_all()
        self.env["settlement.transaction"].invalidate_model()
