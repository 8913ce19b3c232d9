"""The hands of the machine: acts on the database, and what is to be seen there."""

from odoo.exceptions import RedirectWarning, UserError

from .books import Books
from .sight import Sight
from .source import BANK, content_of

# Kinds whose documents are invoices, and credit notes.
NAMING = {"charge": "invoices", "refund": "notes"}
WALLET_PROOF = (4, "settlement.wallet")
ACTIVE = ("confirmed", "posted")


class Desk(Sight):
    """One world inside a savepoint: opened with the object, closed by ``close``."""

    def __init__(self, case):
        super().__init__(case)
        self.savepoint = self.env.cr.savepoint()
        self.books = Books()
        self.unread = []
        self.files = []
        self.refused = set()
        self.reversed = set()
        self.at_the_bank = set()
        self.log = []
        self.done = case.done
        self.is_proved = True

    def close(self):
        """Take everything back."""
        self.savepoint.close(rollback=True)
        self.env.cr.cache.clear()

    def attempt(self, name, act, *arguments):
        """Do what may be refused; return the result, or None if it was.

        :param name: under which it is counted, so that the test can tell whether
            its people ever got their way.
        """
        try:
            with self.env.cr.savepoint():
                result = act(*arguments)
                self.env.flush_all()
        except UserError as error:
            self.log.append(str(error))
            self.done[f"{name} refused"] += 1
            return None
        self.done[name] += 1
        return result

    # ------------------------------------------------------------------
    # Deliveries
    # ------------------------------------------------------------------

    def with_document(self, kind, gross, fee, before, number):
        """Return the row of a payout with the document that it names."""
        documents = getattr(self.case, NAMING.get(kind, ""), ())
        name = documents[number].name if number < len(documents) else ""
        return kind, gross, fee, before, name

    def backend(self, feed):
        return self.case.bank_backend if feed == BANK else self.case.backend

    def tell(self, feed, facts):
        """Import a file."""
        content = content_of(facts, self.case.wallet.currency_id.name)
        name = f"{len(self.files) + 1}.jsonl"
        message = self.backend(feed).import_file(name, content)
        self.files.append((feed, content, message, facts))
        self.unread.append(message)

    def tell_again(self, number):
        """Import the same bytes once more: it is the same message."""
        feed, content, message, _facts = self.files[number % len(self.files)]
        self.case.assertEqual(
            self.backend(feed).import_file("again.jsonl", content), message
        )

    def replay(self, number):
        """Read a file again."""
        _feed, _content, message, _facts = self.files[number % len(self.files)]
        message.replay()
        self.note_read()
        self.is_proved = False

    def note_read(self):
        """Take note of the files that were read by now."""
        self.books.read = [
            fact
            for _feed, _content, message, facts in self.files
            if message.state == "parsed"
            for fact in facts
        ]

    def has_read(self):
        return bool(self.books.read)

    # ------------------------------------------------------------------
    # Work
    # ------------------------------------------------------------------

    def run(self, until):
        """Run the pipeline of both backends."""
        (self.case.backend + self.case.bank_backend).run_pipeline(until)
        self.done[f"run until {until}"] += 1
        self.note_read()
        self.is_proved = until == "post"
        for _feed, _content, message, _facts in self.files:
            self.case.assertEqual((message.state, message.error), ("parsed", False))

    def undo(self, number):
        """Undo a match as a person."""
        matches = self.env["settlement.match"].search(
            [("state", "!=", "undone"), ("company_id", "=", self.case.company.id)]
        )
        if not matches:
            return
        match = matches[number % len(matches)]
        names = self.names(match.line_ids.transaction_id)
        names |= set(match.line_ids.batch_id.mapped("external_id"))
        before = self.residuals()
        claimed = {
            line.move_line_id.move_id.name: line.amount_minor
            for line in match.line_ids
            if match.state == "posted" and line.move_line_id
        }
        if self.attempt("undo", lambda: match.action_undo("not this one") or True):
            self.refused |= names
            wanted = {
                name: residual + claimed.get(name, 0)
                for name, residual in before.items()
            }
            self.case.assertEqual(self.residuals(), wanted, "law 6")

    def match_by_hand(self, row, document):
        """Match a row with a document as a person: propose, then confirm."""
        rows = self.env["settlement.transaction"].search(
            [
                ("company_id", "=", self.case.company.id),
                ("is_current", "=", True),
                ("kind", "in", list(NAMING)),
            ],
            order="id",
        )
        if not rows:
            return
        fact = rows[row % len(rows)]
        documents = getattr(self.case, NAMING[fact.kind])
        item = self.case.open_item(documents[document % len(documents)])
        if self.attempt("match", self._match, fact, item):
            self.refused.add(fact.external_id)

    def _match(self, fact, item):
        # Proposals are written by wizards that run as the system.
        match = self.env["settlement.match"].sudo()._propose([fact], [item])
        match.sudo(False).action_confirm()
        return match

    def reverse(self, number):
        """Reverse a posting."""
        postings = self.env["settlement.posting"].search(
            [("company_id", "=", self.case.company.id)]
        )
        if not postings:
            return
        posting = postings[number % len(postings)]
        names = self.names(posting.line_ids.filtered("active").transaction_id)
        lines = posting.move_id.line_ids
        cleared = self.names(lines.settlement_transaction_id)
        if self.attempt("reverse", posting.action_reverse, "not like this"):
            self.reversed |= names
            self.at_the_bank -= cleared

    def post_by_hand(self, number):
        """Post a payout now."""
        batches = self.env["settlement.batch"].search(
            [("kind", "=", "payout"), ("company_id", "=", self.case.company.id)]
        )
        if batches:
            self.attempt("post", batches[number % len(batches)].action_post)

    def approve(self):
        """Let the approver agree to all that waits."""
        approvals = self.env["settlement.approval"].search([("state", "=", "waiting")])
        for approval in approvals.with_user(self.case.approver):
            self.attempt("approve", lambda one=approval: one.action_approve() or True)

    def lock(self, day):
        """Close the books up to a day, or open them."""
        company = self.case.company.sudo()
        try:
            with self.env.cr.savepoint():
                company.fiscalyear_lock_date = day or False
                self.env.flush_all()
            self.done["lock" if day else "unlock"] += 1
        except (UserError, RedirectWarning) as error:
            self.log.append(f"{type(error).__name__}: {error}")

    # ------------------------------------------------------------------
    # What must hold at any time
    # ------------------------------------------------------------------

    def check(self):
        """Compare the database with the reference, and with its own laws."""
        self.check_facts()
        self.check_ledger()
        self.check_documents()
        self.case.assertEqual(self.findings(), [])

    def findings(self):
        """Return what verify finds.

        Why a proof fails is told at the end of a run: between reading and that end,
        the proof of a wallet may lack its exception.
        """
        verification = self.env["settlement.verification"].sudo()
        return [
            f"law {each['law']} {each['model']} {each['id']}: {each['sentence']}"
            for each in verification.run()["findings"]
            if self.is_proved or (each["law"], each["model"]) != WALLET_PROOF
        ]

    def check_facts(self):
        wanted = {
            row.name: (row.kind, row.gross, row.fee, row.net)
            for row in self.books.rows().values()
        }
        self.case.assertEqual(self.current_rows(), wanted, "law 2")

    def check_ledger(self):
        names = self.posted_names()
        self.case.assertEqual(len(names), len(set(names)), "a row is posted twice")
        self.books.note_posted(names)
        posted = {
            name
            for name, (_match, state) in self.states().items()
            if state in ("posted", "reconciled")
        }
        self.case.assertEqual(posted, set(names), "law 12")
        case, books = self.case, self.books
        shown = {
            "wallet": self.balance(case.wallet.account_id),
            "fees": self.balance(case.policy.fee_clearing_account_id),
            "in transit": self.balance(case.wallet.in_transit_account_id),
            "bank": self.balance(case.bank.account_id),
        }
        # An undone match opens its lines and leaves them where they are.
        self.at_the_bank |= set(self.arrived())
        wanted = {
            "wallet": books.wallet(),
            "fees": books.fees(),
            "in transit": books.in_transit(self.at_the_bank),
            "bank": books.bank(),
        }
        case.assertEqual(shown, wanted, "law 4")

    def check_documents(self):
        settled, claimed = self.settled(("posted",)), self.settled(ACTIVE)
        for name, amount in self.case.amounts.items():
            self.case.assertLessEqual(abs(claimed.get(name, 0)), abs(amount), "law 5")
            settled.setdefault(name, 0)
        wanted = {
            name: amount - settled[name] for name, amount in self.case.amounts.items()
        }
        self.case.assertEqual(self.residuals(), wanted, "law 6")

    # ------------------------------------------------------------------
    # What must be in the end
    # ------------------------------------------------------------------

    def check_nothing_is_left(self, source):
        """All that nobody took apart is in the ledger, and settles what it names."""
        books, states = self.books, self.states()
        for batch in source.batches.values():
            rows = [row for row in source.rows.values() if row.batch == batch.name]
            touched = {row.name for row in rows} & self.reversed
            if touched or any(books.is_changed(row) for row in rows):
                continue
            for row in rows:
                if row.gross or row.net:
                    self.case.assertIn(row.name, books.posted, f"{row}: {states}")
        self.check_named_documents(source, states)
        self.check_empty_wallet()

    def check_named_documents(self, source, states):
        """A document that one row names, with its very amount, is paid by it."""
        for name, amount in self.case.amounts.items():
            rows = [row for row in source.rows.values() if row.invoice == name]
            if len(rows) != 1 or rows[0].gross != amount:
                continue
            (row,) = rows
            if row.name in self.refused or self.is_touched(name):
                continue
            if row.name in self.reversed or self.books.is_changed(row):
                continue
            self.case.assertEqual(states[row.name], ("matched", "reconciled"), f"{row}")
            self.case.assertEqual(self.residuals()[name], 0)

    def check_empty_wallet(self):
        """A wallet that is empty in its currency is empty in the company's, too."""
        account = self.case.wallet.account_id
        if not self.balance(account):
            self.case.assertEqual(self.balance(account, "balance"), 0, "section 7")

    def check_quiet(self):
        """A further run finds nothing to do."""
        before = self.fingerprint()
        self.run("post")
        self.case.assertEqual(self.fingerprint(), before, "law 2")
