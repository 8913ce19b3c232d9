"""What the ledger must show for what is posted and matched, in few lines."""

from dataclasses import dataclass, field

from .source import BANK, Batch, Row, latest


@dataclass
class Books:
    """What was told and read so far, and which version of each row was posted."""

    read: list = field(default_factory=list)
    posted: dict = field(default_factory=dict)

    def rows(self):
        """Return name → current version of the rows that were read."""
        return latest(fact for fact in self.read if isinstance(fact, Row))

    def batches(self):
        """Return name → current version of the batches that were read."""
        return latest(fact for fact in self.read if isinstance(fact, Batch))

    def note_posted(self, names):
        """Take note of which rows stand in the ledger now."""
        current = self.rows()
        self.posted = {name: self.posted.get(name, current[name]) for name in names}

    def is_changed(self, row):
        """Return whether the ledger stands on other money than the source says."""
        posted = self.posted.get(row.name)
        return posted is not None and (posted.gross, posted.fee) != (
            row.gross,
            row.fee,
        )

    # ------------------------------------------------------------------
    # Balances, in cents
    # ------------------------------------------------------------------

    def wallet(self):
        """What the provider holds: the net of what is posted."""
        return sum(row.net for row in self._posted_of_provider())

    def fees(self):
        """What the provider withheld, or booked as a fee of its own."""
        rows = self._posted_of_provider()
        return sum(row.fee - (row.kind == "fee") * row.gross for row in rows)

    def bank(self):
        """What the bank holds."""
        return sum(row.gross for row in self.posted.values() if row.feed == BANK)

    def in_transit(self, arrived):
        """What left the provider, less the bank rows that are found to be it."""
        sent = [row for row in self._posted_of_provider() if row.kind == "payout"]
        rows = self.rows()
        return -sum(row.gross for row in sent) - sum(
            rows[name].gross for name in arrived
        )

    def _posted_of_provider(self):
        return [row for row in self.posted.values() if row.feed != BANK]

    # ------------------------------------------------------------------
    # Batches
    # ------------------------------------------------------------------

    def is_whole(self, batch):
        """Return whether the lines that were read sum to what the batch says."""
        inside = [
            row
            for row in self.rows().values()
            if row.batch == batch.name and row.kind != "payout"
        ]
        return sum(row.net for row in inside) == batch.total
