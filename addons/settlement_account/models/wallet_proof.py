from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..planning import proof as proofs
from ..services.proof_reader import ProofReader
from ..services.transit_reader import TransitReader

# A proof that says the same is not stored again before this time has passed.
PROOF_AGE = timedelta(hours=1)
# The words of an exception name so many days, or rows, one by one.
NAMED = 5


class SettlementWallet(models.Model):
    _inherit = "settlement.wallet"

    proof_gaps = fields.Json(
        readonly=True,
        copy=False,
        help="What the last proof left unexplained, by days, in minor units.",
    )

    # ------------------------------------------------------------------
    # What people do
    # ------------------------------------------------------------------

    def action_prove(self):
        """Prove these wallets as of their newest data.

        For accountants the result is kept on the wallet and its exception opened or
        closed; an auditor gets the result and changes nothing.

        :return: list of proofs as :meth:`_proof` gives them, one for each wallet that
            has an opening date.
        :raises AccessError: without one of these roles.
        """
        backends = self.env["settlement.backend"]
        backends._require_group("group_accountant", "group_auditor")
        self.check_access("read")
        # Whoever may see a wallet may see what its account shows in all.
        wallets = self.sudo()
        if backends._has_settlement_group("group_accountant"):
            wallets._prove()
        return [wallet._proof() for wallet in wallets.filtered("opening_date")]

    def action_open_proof(self):
        """Open the proof of the last 30 days, one line for each day."""
        self.ensure_one()
        self.env["settlement.backend"]._require_group("group_viewer")
        self.check_access("read")
        if not self.opening_date:
            raise UserError(self._nothing_to_prove())
        days = self.env["settlement.wallet.day"]._create_for(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Proof of %(wallet)s", wallet=self.display_name),
            "res_model": days._name,
            "views": [(False, "list")],
            "domain": [("id", "in", days.ids)],
        }

    def action_open_missing(self, day=None):
        """Open the rows that are booked on ``day`` and not in the ledger by then."""
        return self._open_absent(day, "missing")

    def action_open_early(self, day=None):
        """Open the rows that the ledger has on ``day`` and the source has not."""
        return self._open_absent(day, "early")

    def _open_absent(self, day, name):
        self.ensure_one()
        self.env["settlement.backend"]._require_group("group_viewer")
        self.check_access("read")
        day = fields.Date.to_date(day)
        # The rows themselves are read with the rights of the user.
        found = self.sudo()._proof(day)[name] if self.opening_date else []
        rows = self.env["settlement.transaction"].browse([row["id"] for row in found])
        return {
            **rows._open_records(rows),
            "views": [(False, "list"), (False, "form")],
        }

    def action_open_journal_items(self, day=None):
        """Open the posted journal items of the wallet's account, up to ``day``."""
        self.ensure_one()
        domain = [
            ("account_id", "=", self.account_id.id),
            ("company_id", "=", self.company_id.id),
            ("parent_state", "=", "posted"),
        ]
        if day:
            domain.append(("date", "<=", day))
        return self._open_items(domain)

    def action_open_transit(self, day=None):
        """Open the journal items of payouts that are under way on ``day``."""
        self.ensure_one()
        self.env["settlement.backend"]._require_group("group_viewer")
        self.check_access("read")
        day = fields.Date.to_date(day) or self._proof_day()
        # The items themselves are read with the rights of the user.
        found = TransitReader(self.sudo()).open_transit(day)
        return self._open_items([("id", "in", [each.line_id for each in found])])

    def _open_items(self, domain):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Journal Items"),
            "res_model": "account.move.line",
            "views": [(False, "list"), (False, "form")],
            "domain": domain,
        }

    def _account_balance(self):
        """Return what the account of the wallet shows, in the wallet's currency."""
        return self._balance_of(self.account_id)

    def _balance_of(self, account):
        """Return what ``account`` shows of the wallet's currency, in that currency."""
        self.ensure_one()
        is_own = self.currency_id == self.company_id.currency_id
        column = "balance" if is_own else "amount_currency"
        self.env["account.move.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT COALESCE(sum(%s), 0) FROM account_move_line "
                "WHERE account_id = %s AND company_id = %s "
                "AND parent_state = 'posted' AND (%s OR currency_id = %s)",
                SQL.identifier(column),
                account.id or 0,
                self.company_id.id,
                is_own,
                self.currency_id.id,
            )
        )
        return rows[0][0]

    # ------------------------------------------------------------------
    # One day, several days
    # ------------------------------------------------------------------

    def _proof_day(self):
        """Return the newest day of which the source of the wallet has told."""
        self.ensure_one()
        return ProofReader(self).books()[self.id].newest_source_day()

    def _proof(self, day=None):
        """Compare what the provider held at the end of ``day`` with the ledger.

        :param day: date; by default the newest day the source has told of.
        :return: dict of ``day``, ``anchor`` (day of the reported balance it rests on,
            or None), ``provider_minor``, ``ledger_minor``, ``missing`` and ``early``
            (lists of rows as dict of ``id, external_id, net_minor, why``),
            ``difference_minor`` and ``in_transit``, see :meth:`_transit`. All
            amounts are minor units of the wallet's currency.
        :raises UserError: if nothing of the wallet is in the books on that day.
        """
        self.ensure_one()
        reader = self._reader(day)
        book = reader.books()[self.id]
        day = day or book.newest_source_day()
        (proof,) = proofs.prove(book, day, day)
        rows = reader.absent_rows(day)
        return {
            "day": day,
            "anchor": proof.anchor,
            "provider_minor": proof.provider,
            "ledger_minor": proof.ledger,
            "missing": [self._named(row) for row in rows if row.is_missing],
            "early": [self._named(row) for row in rows if not row.is_missing],
            "difference_minor": proof.difference,
            "in_transit": self._transit(day),
        }

    def _reader(self, day):
        if not self.opening_date or (day and day < self.opening_date):
            raise UserError(self._nothing_to_prove())
        return ProofReader(self)

    def _nothing_to_prove(self):
        return self.env._(
            "%(wallet)s is in the books from its opening date on (%(day)s); before, "
            "there is nothing to prove.",
            wallet=self.display_name,
            day=self.opening_date or self.env._("none yet"),
        )

    def _proofs(self, first, last):
        """Return the DayProof of each day from ``first`` to ``last``, one query set.

        Days before the opening of the wallet are left out.
        """
        self.ensure_one()
        book = ProofReader(self).books().get(self.id)
        return proofs.prove(book, first, last) if book else []

    def _transits(self, first, last):
        """Return the DayTransit of each day from ``first`` to ``last``."""
        self.ensure_one()
        book = TransitReader(self).books().get(self.id)
        return proofs.prove_transit(book, first, last) if book else []

    def _transit(self, day):
        """Return what was on the way to the bank at the end of ``day``.

        :return: dict of ``ledger_minor``, ``posted_minor``, ``received_minor``,
            ``difference_minor`` and ``open``: payouts under way, and money at the
            bank without its payout, as dict of ``id`` (of the transaction, 0 for
            none), ``name``, ``amount_minor``; None without such an account.
        """
        found = self._transits(day, day)
        if not found:
            return None
        (transit,) = found
        return {
            "ledger_minor": transit.ledger,
            "posted_minor": transit.posted,
            "received_minor": transit.received,
            "difference_minor": transit.difference,
            "open": [
                {
                    "id": each.transaction_id,
                    "name": each.name,
                    "amount_minor": each.amount,
                }
                for each in TransitReader(self).open_transit(day)
            ],
        }

    # ------------------------------------------------------------------
    # Every day since the opening
    # ------------------------------------------------------------------

    def _prove(self):
        """Store the result of the proofs on these wallets and keep their exception.

        :return: those that are not proved.
        """
        unproved = self.browse()
        books = self._proof_books()
        for wallet, (newest, findings) in self._proof_findings(books).items():
            # Another worker that holds the wallet proves it when it is done.
            if not wallet.try_lock_for_update(allow_referencing=True):
                continue
            wallet._keep_proof(
                {
                    "difference": wallet._major(newest.difference),
                    "proof_gaps": findings.as_dict() if findings else False,
                }
            )
            wallet._show_findings(newest, findings)
            book, transit, _opening = books[wallet]
            wallet._keep_days(newest.day, book, transit)
            if findings:
                unproved |= wallet
        return unproved

    def _keep_days(self, day, book, transit):
        """Do something with what was read for a proof up to ``day``.

        Here: nothing. Addons that show how a wallet went extend this.

        :param book: WalletBook, transit: TransitBook or None.
        """

    def _keep_proof(self, result):
        """Store the result of a proof, unless it says what the last one said.

        Writing a wallet makes others begin again who refer to it, so a proof that is
        no news is not stored again before an hour has passed.
        """
        self.ensure_one()
        fresh = fields.Datetime.now() - PROOF_AGE
        is_known = (
            self.proved_at
            and self.proved_at > fresh
            and self.proof_gaps == result["proof_gaps"]
            and not self.currency_id.compare_amounts(
                self.difference, result["difference"]
            )
        )
        if not is_known:
            self.write({**result, "proved_at": fields.Datetime.now()})

    def _proof_books(self):
        """Return by wallet what a proof needs: WalletBook, TransitBook, opening."""
        reader = ProofReader(self)
        books, openings = reader.books(), reader.openings()
        transits = TransitReader(self).books()
        return {
            wallet: (
                books[wallet.id],
                transits.get(wallet.id),
                openings.get(wallet.id, 0),
            )
            for wallet in reader.wallets
        }

    def _proof_findings(self, books=None):
        """Return by wallet the newest DayProof and the Findings of all days.

        :param books: as :meth:`_proof_books` returns them, if they were read already.
        """
        read = self._proof_books() if books is None else books
        return {wallet: proofs.find(*book) for wallet, book in read.items()}

    def _is_told(self, findings):
        """Return whether an exception tells people of exactly these findings.

        A person's decision to ignore it is told, too.
        """
        self.ensure_one()
        if self.proof_gaps != findings.as_dict():
            return False
        return bool(
            self.env["settlement.exception"].search_count(
                [
                    ("subject_model", "=", self._name),
                    ("subject_id", "=", self.id),
                    ("reason", "=", "balance_gap"),
                    ("state", "!=", "resolved"),
                ],
                limit=1,
            )
        )

    def _show_findings(self, newest, findings):
        """Open or close the exception that says by how much a wallet is off."""
        exceptions = self.env["settlement.exception"]
        if not findings:
            exceptions._clear_for(self, ["balance_gap"])
            return
        exceptions._raise_for(
            self,
            "balance_gap",
            "\n".join(self._finding_sentences(newest, findings)),
            amount_minor=newest.difference,
            currency=self.currency_id,
        )

    # ------------------------------------------------------------------
    # In words
    # ------------------------------------------------------------------

    def _major(self, minor):
        """Return minor units of the wallet's currency as a float for its fields."""
        return self.currency_id.round(minor / 10**self.currency_id.decimal_places)

    def _money(self, minor):
        """Return minor units of the wallet's currency as people read them."""
        return self.currency_id.format(self._major(minor))

    def _finding_sentences(self, newest, findings):
        """Return what the proofs leave unexplained, sentence by sentence."""
        said = []
        if findings.opening:
            said.append(self._opening_sentence(findings.opening))
        if findings.wallet:
            said.append(self._gap_sentence(newest))
            said += [self._days_sentence(gap) for gap in findings.wallet[:NAMED]]
        if findings.transit:
            said.append(self._transit_sentence())
            said += [self._days_sentence(gap) for gap in findings.transit[:NAMED]]
        return said

    def _opening_sentence(self, opening):
        return self.env._(
            "%(wallet)s opened on %(day)s with %(balance)s, and the ledger lacks "
            "%(opening)s of that. Post its opening balance, or correct it.",
            wallet=self.display_name,
            day=self.opening_date,
            balance=self._money(self._minor(self.opening_balance)),
            opening=self._money(opening),
        )

    def _gap_sentence(self, proof):
        return self.env._(
            "On %(day)s %(wallet)s holds %(provider)s by what its source reported; "
            "%(account)s shows %(ledger)s, %(missing)s is booked and not in the "
            "ledger yet, %(early)s is in the ledger too early: %(difference)s is not "
            "explained. Look for entries made by hand on this account, or for rows "
            "that were not received.",
            day=proof.day,
            wallet=self.display_name,
            provider=self._money(proof.provider),
            account=self.account_id.display_name or self.env._("no account"),
            ledger=self._money(proof.ledger),
            missing=self._money(proof.missing),
            early=self._money(proof.early),
            difference=self._money(proof.difference),
        )

    def _transit_sentence(self):
        return self.env._(
            "%(account)s shows more or less than the payouts that are not at the bank "
            "yet. Look for entries made by hand on this account.",
            account=self.in_transit_account_id.display_name,
        )

    def _days_sentence(self, gap):
        return self.env._(
            "From %(first)s to %(last)s: %(difference)s.",
            first=gap.first,
            last=gap.last,
            difference=self._money(gap.difference),
        )

    def _named(self, row):
        return {
            "id": row.id,
            "external_id": row.external_id,
            "net_minor": row.amount,
            "why": self._why(row),
        }

    def _why(self, row):
        """Return in words why a row is on one side only."""
        names = {
            "entry": row.entry,
            "day": row.entered_on,
            "booked": row.booked_on,
            "batch": row.batch,
        }
        if not row.is_current:
            return self.env._(
                "Its source has changed it since %(entry)s of %(day)s.", **names
            )
        if not row.is_missing:
            return self.env._(
                "%(entry)s is dated %(day)s, its source books it on %(booked)s.",
                **names,
            )
        if row.entry:
            return self.env._("%(entry)s is dated %(day)s.", **names)
        if not row.batch:
            return self.env._("No payout or statement lists it yet.")
        if row.batch_state in ("open", "complete"):
            return self.env._("%(batch)s is not complete, or not balanced.", **names)
        if row.match_state in ("open", "proposed"):
            return self.env._("%(batch)s waits for its match.", **names)
        return self.env._("%(batch)s is not posted yet.", **names)
