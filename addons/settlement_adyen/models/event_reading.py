"""What becomes of an event: a report to fetch, a dispute to follow, or a note."""

import json

from odoo.addons.settlement.canonical.errors import BusinessError, MalformedInput
from odoo.addons.settlement.canonical.facts import ParseResult, RejectedRow

from ..client import event_codes, webhook_event
from ..client.report_address import of_announcement
from ..mapper.disputes import is_dispute
from ..mapper.notifications import announced_report, facts_of


def read(message):
    """Return the facts of an event; have the reports that it names fetched.

    A message of which nothing is used is left aside with a note that says why.
    """
    with message._open_content() as content:
        event = webhook_event.read_event(content.read())
    reading = _Reading(message.backend_id)
    for number, item in enumerate(event.items, 1):
        reading.read(number, item)
    if event.type:
        reading.notes.append(
            message.env._("An event %(type)s moves no money here.", type=event.type)
        )
    if reading.targets:
        message.backend_id._announce(reading.targets)
    if not (reading.targets or reading.facts):
        message._ignore(" ".join(dict.fromkeys(reading.notes)))
    return ParseResult(reading.facts)


class _Reading:
    """What was read of the items of one event so far."""

    def __init__(self, backend):
        self.env = backend.env
        self.accounts = set(backend._adyen_accounts())
        self.facts, self.targets, self.notes = [], [], []

    def read(self, number, item):
        """Read one item; a bad one costs the others nothing.

        :param number: place in the event, counted from 1.
        """
        try:
            self._take(number, item)
        except MalformedInput as error:
            self.facts.append(self._rejected(number, item, str(error)))

    def _take(self, number, item):
        account = item.get("merchantAccountCode")
        code = item.get("eventCode")
        if account not in self.accounts:
            self._note_account(account)
        elif code == event_codes.REPORT_AVAILABLE:
            self._take_report(item)
        elif is_dispute(item):
            self.facts += facts_of(item)
        elif note := event_codes.note_of(code):
            self.notes.append(f"{code}: {note}.")
        else:
            reason = self.env._(
                "Nobody knows what an event %(code)s means. It was not used: look it "
                "up in the manual of Adyen.",
                code=code,
            )
            unknown = self._rejected(number, item, reason, "unknown_mapping")
            self.facts.append(unknown)

    def _take_report(self, item):
        """Have a report fetched, if it is one that is read here and at Adyen."""
        try:
            report = announced_report(item)
            if report:
                address = of_announcement(report.account, report.filename, report.url)
                self.targets.append(address.target)
                return
        except BusinessError as error:
            self.notes.append(str(error))
            return
        self.notes.append(
            self.env._(
                "The report %(name)s is none that is read here.",
                name=item.get("pspReference"),
            )
        )

    def _note_account(self, account):
        self.notes.append(
            self.env._(
                "%(account)s is no merchant account of the wallets of this backend.",
                account=account,
            )
        )

    @staticmethod
    def _rejected(number, item, reason, code="malformed_input"):
        """Return an item as a row that waits for a person."""
        raw = json.dumps(item, ensure_ascii=False, sort_keys=True)
        return RejectedRow(number=number, raw=raw, reason=reason, code=code)
