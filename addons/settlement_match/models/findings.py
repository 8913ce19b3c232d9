from decimal import Decimal
from itertools import groupby

from odoo import api, models
from odoo.tools import SQL

from ..engine import evidence, findings
from .resolver import ALWAYS


class SettlementMatcher(models.AbstractModel):
    """From decisions to what a person should know about them."""

    _inherit = "settlement.matcher"

    @api.model
    def _settle(self, run, stage, method, certain=ALWAYS):
        """Match what was decided and note what could not be.

        :param certain: SQL condition on decisions: what was allowed to be matched.
        :return: dict of counters.
        """
        plan = self._plan_decisions(stage, method)
        matched = self._write_plan(run.company, plan)
        proposed = self._propose_decisions(run, stage, method)
        if self._is_temporary("settlement_other_payer"):
            self._show_other_payers(run, stage, method)
        self._note_decisions(run, certain)
        self._show_differences()
        return {**self._count_decisions(), "matched": matched, "proposed": proposed}

    @api.model
    def _propose_decisions(self, run, stage, method):
        """Propose what was decided and waits for a person; return how many."""
        query = SQL("SELECT EXISTS (SELECT FROM settlement_decision WHERE is_proposed)")
        if not self.env.execute_query(query)[0][0]:
            return 0
        plan = self._plan_decisions(stage, method, is_proposed=True)
        return self._propose_plan(run, plan)

    @api.model
    def _count_decisions(self):
        """Return how many candidates there were and how many were ambiguous."""
        query = SQL(
            "SELECT count(*) FILTER (WHERE is_first), count(DISTINCT transaction_id) "
            "FILTER (WHERE outcome IN ('rivals', 'several')) FROM settlement_decision"
        )
        candidates, ambiguous = self.env.execute_query(query)[0]
        return {"candidates": candidates, "ambiguous": ambiguous}

    # ------------------------------------------------------------------
    # What stays open
    # ------------------------------------------------------------------

    @api.model
    def _note_decisions(self, run, certain):
        """Note why payments of ``settlement_decision`` were not matched."""
        rows = self._undecided_rows(certain)
        # The rows come in order; Odoo's groupby would hold all of them.
        # pylint: disable-next=bad-builtin-groupby
        for transaction_id, group in groupby(rows, key=lambda row: row["id"]):
            if note := self._note(list(group)):
                run.note(transaction_id, *note)

    @api.model
    def _undecided_rows(self, certain):
        """Return what is not matched, one dict per payment and document."""
        rows = self._decision_rows(
            SQL(
                "outcome NOT IN ('exact', 'sum', 'part', 'over', 'opposite', 'other', "
                "'short', 'excess') OR NOT %s",
                certain,
            )
        )
        worth = self._worth_by_payment()
        for row in rows:
            row["worth"] = worth.get(row["id"])
        return rows

    @api.model
    def _decision_rows(self, condition):
        """Return decisions as dicts, with the names that people know."""
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT decision.transaction_id AS id, decision.document_id,
                       decision.outcome, decision.source_open, decision.document_open,
                       decision.currency_id AS source_currency_id,
                       decision.document_currency_id,
                       decision.claimed_open, decision.total_open,
                       decision.strongest,
                       fact.external_id, fact.booked_on,
                       move.name AS document
                  FROM settlement_decision decision
                  JOIN settlement_transaction fact
                    ON fact.id = decision.transaction_id
                  JOIN account_move move ON move.id = decision.document_id
                 WHERE decision.is_first AND (%s)
                 ORDER BY decision.transaction_id, move.name, decision.document_id
                """,
                condition,
            )
        )

    @api.model
    def _note(self, rows):
        """Return (reason, sentence) for the decisions on one payment."""
        first = rows[0]
        payment = self._payment_of(first)
        documents = [self._document_of(row) for row in rows]
        if first["outcome"] == "settled":
            names = [row["document"] for row in rows]
            return "amount_over", findings.settled(payment, names)
        if first["outcome"] == "currency":
            return self._currency_note(first, payment, documents[0])
        if rivals := [row for row in rows if row["outcome"] == "rivals"]:
            return "ambiguous", self._rivals_sentence(payment, rivals[0])
        if first["outcome"] == "several":
            total = self._money(first["total_open"], first["document_currency_id"])
            sentence = findings.several_documents(payment, documents, total)
            return "ambiguous", sentence
        return "unmatched", findings.uncertain(payment, documents[0])

    @api.model
    def _currency_note(self, row, payment, document):
        """Return (reason, sentence) for a payment of a foreign document.

        What is only like a reference names nothing without the equal amount.
        """
        if row["strongest"][0] in [str(kind.rank) for kind in evidence.WEAK_KINDS]:
            return "unmatched", findings.uncertain_currency(payment, document)
        worth = self._worth_of(row)
        return "currency_mismatch", findings.other_currency(payment, document, worth)

    @api.model
    def _worth_of(self, row):
        """Return what the document of a decision is worth; None if nobody knows."""
        if not (found := row.get("worth")):
            return None
        own, theirs = (
            self.env["res.currency"].browse(row[name]).name
            for name in ("source_currency_id", "document_currency_id")
        )
        return findings.Worth(
            rate=f"1 {theirs} = {found['rate']} {own}",
            amount=self._money(found["expected"], row["source_currency_id"]),
            off=str(Decimal(found["off"]).scaleb(-1)),
            tolerance=str(Decimal(found["percent"]).normalize()),
            is_stated=found["is_stated"],
        )

    @api.model
    def _rivals_sentence(self, payment, row):
        """Return the sentence about other payments of the same document."""
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT fact.external_id, fact.booked_on, decision.source_open,
                       decision.currency_id AS source_currency_id
                  FROM settlement_decision decision
                  JOIN settlement_transaction fact
                    ON fact.id = decision.transaction_id
                 WHERE decision.document_id = %s AND decision.transaction_id <> %s
                   AND decision.same_way AND decision.is_first
                 ORDER BY fact.booked_on, fact.id
                """,
                row["document_id"],
                row["id"],
            )
        )
        rivals = [self._payment_of(rival) for rival in rows]
        total = self._money(row["claimed_open"], row["document_currency_id"])
        return findings.rival_payments(payment, self._document_of(row), rivals, total)

    @api.model
    def _money(self, minor, currency_id):
        """Return minor units written out in their currency."""
        currency = self.env["res.currency"].browse(currency_id)
        return currency.format(int(minor) / 10**currency.decimal_places)

    @api.model
    def _payment_of(self, row):
        return findings.Payment(
            row["external_id"],
            self._money(row["source_open"], row["source_currency_id"]),
            row["booked_on"].isoformat(),
        )

    @api.model
    def _document_of(self, row):
        return findings.Document(
            row["document"],
            self._money(row["document_open"], row["document_currency_id"]),
        )

    # ------------------------------------------------------------------
    # What is matched and still differs
    # ------------------------------------------------------------------

    @api.model
    def _show_differences(self):
        """Open an exception for each part payment and each overpayment."""
        condition = SQL(
            "match_id IS NOT NULL AND (outcome = 'over' OR outcome = 'part' "
            "AND claimed_open <> document_open)"
        )
        found = []
        for row in self._decision_rows(condition):
            payment, document = self._payment_of(row), self._document_of(row)
            if row["outcome"] == "over":
                excess = row["source_open"] - row["document_open"]
                text = self._money(abs(excess), row["source_currency_id"])
                sentence = findings.over(payment, document, text)
                money = self._difference(excess, row["source_currency_id"])
                found.append((row["id"], "amount_over", sentence, money))
            else:
                missing = row["document_open"] - row["claimed_open"]
                text = self._money(abs(missing), row["document_currency_id"])
                sentence = findings.short(payment, document, text)
                money = self._difference(missing, row["document_currency_id"])
                found.append((row["id"], "amount_short", sentence, money))
        self._raise_all("settlement.transaction", found)

    @api.model
    def _difference(self, minor, currency_id):
        """Return the money that hangs on a difference, as exceptions take it."""
        currency = self.env["res.currency"].browse(currency_id)
        return {"amount_minor": int(minor), "currency": currency}

    @api.model
    def _raise_all(self, model, found):
        """Open exceptions for tuples as ``_raise_many`` takes them."""
        self.env["settlement.exception"]._raise_many(self.env[model], found)
