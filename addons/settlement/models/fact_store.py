from dataclasses import fields, replace

from odoo import api, models

from odoo.addons.settlement_audit.chain.document import clean_text

from ..canonical.errors import MalformedInput
from ..canonical.facts import (
    BalanceFact,
    BatchFact,
    DisputeFact,
    ExpectedPaymentFact,
    RejectedRow,
    ReserveFact,
    TransactionFact,
)
from ..storage import fact_columns

STORED = (
    TransactionFact,
    BatchFact,
    BalanceFact,
    ExpectedPaymentFact,
    DisputeFact,
    ReserveFact,
)


class SettlementFactStore(models.AbstractModel):
    """Writes canonical facts in sets: stage, deduplicate, revise, index.

    Facts come in chunks. What is known already is recognised by identity and row
    hash, so the same facts any number of times, in any order, end in the same rows.
    """

    _name = "settlement.fact.store"
    _description = "Settlement Fact Store"

    @api.model
    def _store(self, backend, facts):
        """Store one chunk of facts.

        :param facts: list of (message, fact); facts of several messages may mix.
        :return: dict of counters ``transactions, revisions, batches, balances,
            expected, disputes, reserves, rejected``. ``revisions`` are those of the
            transactions whose identity was known before, whether or not they became
            current.
        """
        # Everything below is SQL: it must see what the ORM still holds back.
        self.env.flush_all()
        rejected = [pair for pair in facts if isinstance(pair[1], RejectedRow)]
        of = {
            kind: [
                (message, self._storable(fact))
                for message, fact in facts
                if isinstance(fact, kind)
            ]
            for kind in STORED
        }
        counters = self._store_transactions(backend, of[TransactionFact], rejected)
        counters["batches"] = self.env["settlement.batch"]._store_facts(
            backend, of[BatchFact], rejected
        )
        self.env["settlement.batch"]._reopen_unbalanced(backend)
        counters["balances"] = self._store_balances(backend, of[BalanceFact], rejected)
        counters["expected"] = self.env["settlement.expected.payment"]._store_facts(
            backend, of[ExpectedPaymentFact], rejected
        )
        added = counters.pop("added")
        counters["disputes"] = self._store_disputes(
            backend, of[DisputeFact], added, rejected
        )
        counters["reserves"] = self._store_reserves(
            backend, of[ReserveFact], added, rejected
        )
        counters["rejected"] = self._quarantine(rejected)
        return counters

    @api.model
    def _storable(self, fact):
        """Return a fact whose texts the database can hold.

        Those of transactions, of which there are many, are cleaned all at once when
        they are staged.
        """
        if isinstance(fact, TransactionFact):
            return fact
        texts = {
            each.name: clean_text(value)
            for each in fields(fact)
            if isinstance(value := getattr(fact, each.name), str)
        }
        return replace(fact, **texts)

    @api.model
    def _quarantine(self, rejected):
        """Put rows that could not be read aside, each with its message."""
        by_message = {}
        for message, row in rejected:
            by_message.setdefault(message, []).append(row)
        for message, rows in by_message.items():
            message._quarantine(rows)
        return len(rejected)

    # ------------------------------------------------------------------
    # Transactions
    # ------------------------------------------------------------------

    @api.model
    def _store_transactions(self, backend, facts, rejected):
        rows = self._stage_rows(backend, facts, rejected)
        if not rows:
            return {"transactions": 0, "revisions": 0, "added": []}
        self._fill_stage(backend, rows)
        added = self._insert_transactions(backend)
        self._insert_details(added)
        self._settle_revisions(backend)
        self._assign_batches()
        self.env["settlement.message.row"]._correct_from_stage(backend)
        self.env.invalidate_all()
        self.env["settlement.transaction"].browse(added)._raise_notices()
        self.env["settlement.source.code"]._show_stage(backend, self._needs_settling())
        return {
            "transactions": len(added),
            "revisions": self._count_revisions(),
            "added": added,
        }

    @api.model
    def _stage_rows(self, backend, facts, rejected):
        """Return stage rows; what cannot be one is appended to ``rejected``."""
        wallets = self._wallets_of(backend)
        currency_ids = self._currency_ids()
        rows = []
        for number, (message, fact) in enumerate(facts, 1):
            try:
                wallet = self._wallet_of(backend, wallets, fact)
                rows.append(
                    fact_columns.stage_row(fact, message.id, wallet, currency_ids)
                )
            except MalformedInput as error:
                rejected.append((message, self._refused(number, fact, error)))
        return rows

    @api.model
    def _refused(self, _number, fact, error):
        """Return the row to put aside for a fact that cannot be stored.

        Its number in the chunk is not kept: chunks are cut anew at each reading, and
        the same fact must be the same row then.
        """
        return RejectedRow(
            number=0,
            raw=fact_columns.in_words(fact),
            reason=str(error),
            code=getattr(error, "code", "malformed_input"),
            external_id=fact.external_id if isinstance(fact, TransactionFact) else "",
        )

    @api.model
    def _wallets_of(self, backend):
        """Return wallet ids by (account, currency code), "" for the only account."""
        wallets = {}
        for wallet in backend.wallet_ids:
            code = wallet.currency_id.name
            wallets[wallet.account_identifier, code] = wallet.id
            # Several accounts in one currency: an unnamed account means none of them.
            wallets["", code] = None if ("", code) in wallets else wallet.id
        return wallets

    @api.model
    def _wallet_of(self, backend, wallets, fact):
        wallet = wallets.get((fact.account_identifier, fact.currency))
        if wallet:
            return wallet
        raise MalformedInput(
            self.env._(
                "%(backend)s has no wallet for account %(account)s in %(currency)s. "
                "Add the wallet, then replay the message.",
                backend=backend.name,
                account=fact.account_identifier or self.env._("(not named)"),
                currency=fact.currency,
            )
        )

    @api.model
    def _currency_ids(self):
        currencies = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "!=", False)])
        )
        return {currency.name: currency.id for currency in currencies}

    # ------------------------------------------------------------------
    # Batches and balances
    # ------------------------------------------------------------------

    @api.model
    def _store_balances(self, backend, facts, rejected):
        """Store reported balances, one for each wallet and instant."""
        wallets = self._wallets_of(backend)
        balances = self.env["settlement.balance"]
        added = balances
        for number, (message, fact) in enumerate(facts, 1):
            try:
                wallet = self._wallet_of(backend, wallets, fact)
            except MalformedInput as error:
                rejected.append((message, self._refused(number, fact, error)))
                continue
            added |= balances._store_fact(wallet, message, fact)
        if added:
            self.env["settlement.event"]._log("balance.stored", backend, rows=added)
        added.wallet_id._refresh_balance()
        return len(added)

    # ------------------------------------------------------------------
    # Disputes and reserves
    # ------------------------------------------------------------------

    @api.model
    def _store_disputes(self, backend, facts, added, rejected):
        """Store what is said of disputes and bring those of fresh rows up to date."""
        disputes = self.env["settlement.dispute"]
        stored, stated = disputes._store_facts(backend, facts, rejected)
        disputes._follow_rows(backend, added, stated)
        return stored

    @api.model
    def _store_reserves(self, backend, facts, added, rejected):
        """Store what is said of holds and bring those of fresh rows up to date."""
        reserves = self.env["settlement.reserve"]
        stored = reserves._store_facts(backend, facts, rejected)
        reserves._follow_rows(backend, added)
        return stored
