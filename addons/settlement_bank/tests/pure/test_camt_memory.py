"""Memory does not grow with the file: neither by entries nor by details."""

import gc
import io
import resource
from pathlib import Path

import pytest

from odoo.addons.settlement.canonical.facts import TransactionFact
from odoo.addons.settlement_bank.formats import camt
from odoo.addons.settlement_bank.tests.camt_samples import (
    Detail,
    Entry,
    Statement,
    document,
    entry,
)

MEBIBYTE = 1 << 20
MARK = "<Ntry>MARK</Ntry>"


class Generated(io.RawIOBase):
    """A document made while it is read, so that only the reader needs memory."""

    def __init__(self, middle):
        super().__init__()
        frame = document(Statement(after=MARK)).decode()
        before, after = frame.split(MARK)
        self._parts = self._all(before, middle, after)
        self._rest = b""

    @staticmethod
    def _all(before, middle, after):
        yield before
        yield from middle
        yield after

    def readable(self):
        return True

    def read(self, size=-1):
        while len(self._rest) < size and (part := next(self._parts, None)) is not None:
            self._rest += part.encode()
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken


def many_entries(count):
    details = [Detail("1.00", text="INV/2026/00001", name="N", account="X")]
    template = entry(Entry("1.00", "REF-#", details=details))
    return (template.replace("#", str(number)) for number in range(count))


def one_entry_of_many_details(count):
    whole = entry(Entry(f"{count}.00", "REF", details=[Detail("1.00", text="INV-#")]))
    begin = whole.index("<TxDtls>")
    end = whole.index("</TxDtls>") + len("</TxDtls>")
    yield whole[:begin]
    for number in range(count):
        yield whole[begin:end].replace("#", str(number))
    yield whole[end:]


def resident():
    """Return the resident memory of this process in MiB, that of libraries included."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / MEBIBYTE


def growth(middle):
    """Return (transactions, highest growth of memory in MiB) of reading a file."""
    gc.collect()
    before = highest = resident()
    count = 0
    for fact in camt.parse(Generated(middle)):
        count += isinstance(fact, TransactionFact)
        if count % 500 == 0:
            highest = max(highest, resident())
    return count, highest - before


@pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="reads the memory from Linux"
)
@pytest.mark.parametrize("middle", [many_entries, one_entry_of_many_details])
def test_ten_times_the_rows_take_the_same_memory(middle):
    assert growth(middle(3000))[0] == 3000
    count, grown = growth(middle(30000))
    assert count == 30000
    # What grows is the count of twins, about a hundred bytes for each entry.
    assert grown < 12
