"""What a provider and a bank would say, told by a small program of its own.

Money is int cents, a day the number of days since the first of January 2026. Nothing
here knows how the suite works: it is what the suite's results are compared with.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

FIRST = date(2026, 1, 1)
PROVIDER, BANK = "provider", "bank"
NO_DISPUTE, DISPUTE, WON, LOST = "", "dispute", "dispute:won", "dispute:lost"


def day_of(number):
    """Return the date of a day's number."""
    return FIRST + timedelta(days=number)


def text_of(cents):
    """Return an amount as a source writes it."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


@dataclass(frozen=True)
class Row:
    """A row that moved money, in one of its versions."""

    name: str
    kind: str
    gross: int
    fee: int
    day: int
    batch: str = ""
    invoice: str = ""
    text: str = ""
    code: str = ""
    version: int = 1
    feed: str = PROVIDER

    @property
    def net(self):
        """What the row moves into the wallet."""
        return self.gross - self.fee

    def line(self, currency):
        """Return the row as an object of a canonical file."""
        instant = datetime.combine(day_of(self.day), time(12))
        version_at = datetime(2026, 1, 1) + timedelta(hours=self.version)
        kind = "statement" if self.feed == BANK else "payout"
        return {
            "type": "transaction",
            "currency": currency,
            "external_id": self.name,
            "kind": self.kind,
            "gross_amount": text_of(self.gross),
            "fee_amount": text_of(self.fee),
            "net_amount": text_of(self.net),
            "fees": [{"kind": "processing", "amount": text_of(self.fee)}]
            if self.fee
            else [],
            "occurred_at": f"{instant.isoformat()}Z",
            "booked_on": day_of(self.day).isoformat(),
            "source_version_at": f"{version_at.isoformat()}Z",
            "batch_kind": kind if self.batch else "",
            "batch_external_id": self.batch,
            "invoice_reference": self.invoice,
            "description": self.text,
            "source_code": self.code,
            "source_external_id": f"of_{self.name}",
        }


@dataclass(frozen=True)
class Batch:
    """A payout or a statement, in one of its versions."""

    name: str
    kind: str
    total: int
    day: int
    opening: int | None = None
    version: int = 1
    feed: str = PROVIDER

    def line(self, currency):
        """Return the batch as an object of a canonical file."""
        version_at = datetime(2026, 1, 1) + timedelta(hours=self.version)
        line = {
            "type": "batch",
            "currency": currency,
            "kind": self.kind,
            "external_id": self.name,
            "date": day_of(self.day).isoformat(),
            "total": text_of(self.total),
            "reference": f"TRACE{self.name}",
            "source_version_at": f"{version_at.isoformat()}Z",
        }
        if self.opening is not None:
            line["opening_balance"] = text_of(self.opening)
            line["closing_balance"] = text_of(self.opening + self.total)
        return line


@dataclass
class Source:
    """Both feeds: everything they ever said, and what is true of it in the end."""

    rows: dict = field(default_factory=dict)
    batches: dict = field(default_factory=dict)
    said: list = field(default_factory=list)
    bank_balance: int = 0
    bank_day: int = 0

    def _say(self, fact):
        known = self.rows if isinstance(fact, Row) else self.batches
        known[fact.name] = fact
        self.said.append(fact)

    def of(self, *kinds):
        """Return the latest versions of the rows of some kinds."""
        return [row for row in self.rows.values() if row.kind in kinds]

    def inside(self, batch):
        """Return the rows that a batch lists; its own payout row is none of them."""
        return [
            row
            for row in self.rows.values()
            if row.batch == batch and row.kind != "payout"
        ]

    # What happens

    def pay_out(self, day, parts):
        """A payout of rows ``(kind, gross, fee, days before, invoice)``."""
        name = f"po_{len(self.batches) + 1:04d}"
        for kind, gross, fee, before, invoice in parts:
            self._say(
                Row(
                    name=f"txn_{len(self.rows) + 1:04d}",
                    kind=kind,
                    gross=gross,
                    fee=fee,
                    day=max(day - before, 0),
                    batch=name,
                    invoice=invoice,
                    code=DISPUTE if kind == "dispute" else NO_DISPUTE,
                )
            )
        total = sum(row.net for row in self.inside(name))
        self._say(Row(f"out_{name}", "payout", -total, 0, day, name))
        self._say(Batch(name, "payout", total, day))

    def correct(self, row, gross, fee):
        """A row was something else: it and its payout are said again."""
        self._say(replace(row, gross=gross, fee=fee, version=row.version + 1))
        batch = self.batches[row.batch]
        total = sum(each.net for each in self.inside(batch.name))
        own = self.rows[f"out_{batch.name}"]
        self._say(replace(own, gross=-total, version=own.version + 1))
        self._say(replace(batch, total=total, version=batch.version + 1))

    def repeat(self, row, text):
        """A row is said again with other words and the same money."""
        self._say(replace(row, text=text, version=row.version + 1))

    def decide(self, row, code):
        """A dispute ends: its row says so from now on."""
        self._say(replace(row, code=code, version=row.version + 1))

    def arrive(self, payout, later, extra):
        """A bank statement with the money of a payout, and something else."""
        day = max(payout.day + later, self.bank_day + 1)
        name = f"st_{len(self.batches) + 1:04d}"
        parts = [(payout.total, f"PROVIDER TRACE{payout.name}")]
        if extra:
            parts.append((extra, "SOMETHING ELSE"))
        for gross, text in parts:
            kind = "bank_credit" if gross > 0 else "bank_debit"
            number = len(self.rows) + 1
            self._say(
                Row(f"bk_{number:04d}", kind, gross, 0, day, name, "", text, feed=BANK)
            )
        total = sum(gross for gross, _text in parts)
        self._say(Batch(name, "statement", total, day, self.bank_balance, feed=BANK))
        self.bank_balance += total
        self.bank_day = day


def content_of(facts, currency):
    """Return facts as the bytes of one canonical file."""
    lines = (json.dumps(fact.line(currency)) for fact in facts)
    return b"".join(line.encode() + b"\n" for line in lines)


def latest(facts):
    """Return name → the highest version among some facts of one type."""
    found = {}
    for fact in facts:
        if fact.name not in found or found[fact.name].version < fact.version:
            found[fact.name] = fact
    return found
