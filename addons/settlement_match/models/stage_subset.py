from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..engine import counterparts, counterparty, evidence, findings, names, sentences

STAGE = 6


class SettlementMatcher(models.AbstractModel):
    """Stage 6: payments of one payer and several of its open items that add up."""

    _inherit = "settlement.matcher"

    @api.model
    def _stage_subset(self, run):
        """Match payments with sums of what their payer has open.

        :return: dict of counters; ``unsearched``: beyond the bounds of the search.
        """
        payers = self._subset_payers(run)
        rows = self._subset_sources(payers)
        outcome = counterparts.decide(self._subset_groups(payers, rows))
        certain, doubtful = [], []
        for found in outcome.found:
            plan = self._way_plan(found, rows)
            if found.is_certain:
                certain.append(plan)
            else:
                doubtful.append(self._in_doubt(plan))
        counters = self._settle_given(run, STAGE, "subset", certain, doubtful)
        self._note_ways(run, outcome, rows)
        return {
            **counters,
            "candidates": len(rows),
            "ambiguous": len(outcome.ambiguous),
            "unsearched": len(outcome.unsearched),
        }

    # ------------------------------------------------------------------
    # Who paid, and what this payer has open
    # ------------------------------------------------------------------

    @api.model
    def _subset_payers(self, run):
        """Return transaction → (partner, clue) where only one partner can have paid."""
        if not self._fill_open_sources(run):
            return {}
        self._fill_open_items(run.company)
        self._fill_payers(run.company)
        found = self._only_partners(
            (row_id, partner_id, counterparty.CLUES[rank], text)
            for row_id, partner_id, rank, text in self.env.execute_query(
                SQL(
                    "SELECT transaction_id, partner_id, rank, text "
                    "FROM settlement_payer ORDER BY rank DESC, text DESC"
                )
            )
        )
        known = self.env.execute_query(
            SQL("SELECT DISTINCT transaction_id FROM settlement_payer")
        )
        return {**self._payers_by_name({row[0] for row in known}), **found}

    @api.model
    def _only_partners(self, rows):
        """Return transaction → (partner, strongest clue) of those with one partner.

        :param rows: tuples of transaction, partner, clue, text; the strongest last.
        """
        partners = defaultdict(dict)
        for row_id, partner_id, clue, text in rows:
            partners[row_id][partner_id] = counterparty.Found(clue, text or "")
        return {
            row_id: next(iter(of_row.items()))
            for row_id, of_row in partners.items()
            if len(of_row) == 1
        }

    @api.model
    def _payers_by_name(self, known):
        """Return the same for payers whose name only one debtor has, word for word.

        :param known: transactions of which something better tells the payer.
        """
        partners = defaultdict(set)
        for partner_id, name in self.env.execute_query(self._debtor_names_sql()):
            if key := names.canonical(name):
                partners[key].add(partner_id)
        rows = self.env.execute_query(
            SQL(
                "SELECT transaction_id, name FROM settlement_open_source "
                "WHERE name IS NOT NULL ORDER BY transaction_id"
            )
        )
        return self._only_partners(
            (row_id, partner_id, counterparty.NAME, name)
            for row_id, name in rows
            if row_id not in known
            for partner_id in sorted(partners.get(names.canonical(name), ()))
        )

    @api.model
    def _debtor_names_sql(self):
        return SQL(
            """
            SELECT DISTINCT item.partner_id, partner.name
              FROM settlement_open_item item
              JOIN res_partner partner
                ON partner.id IN (item.partner_id, item.contact_id)
             WHERE partner.name IS NOT NULL
             ORDER BY item.partner_id, partner.name
            """
        )

    @api.model
    def _subset_sources(self, payers):
        """Return transaction → row of the payments of known payers."""
        if not payers:
            return {}
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT transaction_id, currency_id, minor, booked_on, external_id,
                       names_something
                  FROM settlement_open_source
                 WHERE transaction_id = ANY(%s)
                 ORDER BY transaction_id
                """,
                list(payers),
            )
        )
        return {
            row["transaction_id"]: {
                **row,
                "partner_id": payers[row["transaction_id"]][0],
                "clue": payers[row["transaction_id"]][1],
            }
            for row in rows
        }

    @api.model
    def _subset_groups(self, payers, rows):
        """Return the payments and open items of each payer and currency."""
        if not payers:
            return []
        payments, items = defaultdict(list), defaultdict(list)
        for row in rows.values():
            payments[row["partner_id"], row["currency_id"]].append(
                counterparts.Payment(
                    row["transaction_id"],
                    row["minor"],
                    row["booked_on"],
                    row["names_something"],
                )
            )
        for item in self._items_of({partner for partner, _clue in payers.values()}):
            key = item.pop("partner_id"), item.pop("currency_id")
            if key in payments:
                items[key].append(counterparts.Item(**item))
        return [
            counterparts.Group(key, tuple(paid), tuple(items[key]))
            for key, paid in payments.items()
            if items[key]
        ]

    @api.model
    def _items_of(self, partner_ids):
        """Return the open items of partners, not more of each than can be searched."""
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT partner_id, currency_id, id, amount, name, written_on, due_on
                  FROM (
                    SELECT partner_id, currency_id, move_line_id AS id,
                           minor AS amount, move_name AS name, written_on, due_on,
                           row_number() OVER (
                                PARTITION BY partner_id, currency_id
                                ORDER BY due_on, move_line_id) AS number
                      FROM settlement_open_item
                     WHERE partner_id = ANY(%s)
                       ) item
                 WHERE number <= %s
                 ORDER BY id
                """,
                sorted(partner_ids),
                # One more than can be searched says that it is too much.
                counterparts.MOST_LISTED + 1,
            )
        )

    # ------------------------------------------------------------------
    # Plans, and what a person should know
    # ------------------------------------------------------------------

    @api.model
    def _weakest_clue(self, way, rows):
        """Return the clue on which the payers of all payments of a way hang."""
        return max(
            (rows[payment.id]["clue"] for payment in way.payments),
            key=lambda found: (found.clue.rank, found.text),
        )

    @api.model
    def _way_plan(self, found, rows):
        """Return the plan of a match between payments and what they add up to."""
        way = found.way
        clue = self._weakest_clue(way, rows)
        pieces = counterparts.contributions(found, clue)
        others = [self._way_alternative(other, rows) for other in found.others]
        return {
            "kind": f"subset/{clue.clue.name}",
            "currency_id": rows[way.payments[0].id]["currency_id"],
            "amount_minor": way.total,
            "score": evidence.score(pieces),
            "evidence": {"contributions": pieces},
            "alternatives": others or None,
            "unique_proof": counterparts.proof(found),
            "lines": [
                *(
                    {
                        "side": "source",
                        "transaction_id": payment.id,
                        "amount_minor": payment.amount,
                    }
                    for payment in way.payments
                ),
                *(
                    {
                        "side": "target",
                        "move_line_id": item.id,
                        "amount_minor": item.amount,
                    }
                    for item in way.items
                ),
            ],
        }

    @api.model
    def _way_alternative(self, way, rows):
        """Return what another way is: its payments, its documents, its amount."""
        paid = [rows[payment.id]["external_id"] for payment in way.payments]
        owed = [item.name for item in way.items]
        first = next(iter(rows.values()))
        currency_id = (
            rows[way.payments[0].id]["currency_id"]
            if way.payments
            else first["currency_id"]
        )
        amount = way.total or sum(abs(item.amount) for item in way.items) // 2
        return {
            "name": f"{sentences.listing(paid)} → {sentences.listing(owed)}",
            "amount": self._money(amount, currency_id),
            "why": "it adds up as well",
            "score": 0,
        }

    @api.model
    def _note_ways(self, run, outcome, rows):
        """Keep what was proposed, and note what could not be told or searched."""
        for found in outcome.found:
            pieces = counterparts.contributions(
                found, self._weakest_clue(found.way, rows)
            )
            reasons = [sentences.contribution_words(piece) for piece in pieces]
            currency_id = rows[found.way.payments[0].id]["currency_id"]
            documents = [
                findings.Document(item.name, self._money(item.amount, currency_id))
                for item in found.way.items
            ]
            for payment in found.way.payments:
                run.proposed[payment.id] = findings.proposal(documents, reasons)
                if found.ways > 1:
                    sentence = findings.several_sums(
                        self._source_payment(rows[payment.id]),
                        found.ways,
                        found.is_exhaustive,
                        found.searched,
                    )
                    run.note(
                        payment.id,
                        "ambiguous",
                        f"{sentence} {run.proposed[payment.id]}",
                    )
        for payment, ways, is_all in outcome.ambiguous:
            sentence = findings.several_sums(
                self._source_payment(rows[payment.id]), ways, is_all
            )
            run.note(payment.id, "ambiguous", sentence)
        for payment, count in outcome.unsearched:
            run.remarks[payment.id] = findings.unsearched(count)
