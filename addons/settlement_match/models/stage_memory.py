from odoo import api, models
from odoo.tools import SQL

from ..engine import counterparts, evidence, findings, known_payer, rule, sentences

STAGE = 7
PURPOSES = (rule.PAYER, rule.ACCOUNT)


class SettlementMatcher(models.AbstractModel):
    """Stage 7: approved rules say who paid, or that a payment needs no document.

    It runs before the stages that guess: what somebody has approved is known better.
    """

    _inherit = "settlement.matcher"

    @api.model
    def _stage_memory(self, run):
        """Match payments as approved rules of the purposes payer and account say.

        :return: dict of counters; ``unread``: payments beyond the bound of a run.
        """
        versions = self.env["settlement.rule"]._engine_versions(run.company, PURPOSES)
        certain, uncertain = [], []
        ruled, unread = self._ruled_rows(run, versions) if versions else ({}, 0)
        of_purpose = known_payer.by_key(
            (row["version"].purpose, row) for row in ruled.values()
        )
        for row in of_purpose.get(rule.ACCOUNT, ()):
            plan = self._account_plan(run, row)
            (certain if self._may_confirm(run, plan, [row]) else uncertain).append(plan)
        outcome = self._ruled_payers_outcome(run, of_purpose.get(rule.PAYER, ()))
        for found in outcome.found:
            rows = [ruled[payment.id] for payment in found.way.payments]
            plan = self._ruled_payer_plan(run, found, rows)
            is_certain = known_payer.is_certain(found) and not any(
                row["other_payer"] for row in rows
            )
            may_confirm = is_certain and self._may_confirm(run, plan, rows)
            (certain if may_confirm else uncertain).append(plan)
        counters = self._settle_given(run, STAGE, "memory", certain, uncertain)
        self._note_unclear_payers(run, outcome, ruled)
        return {
            **counters,
            "candidates": len(ruled),
            "ambiguous": len(outcome.ambiguous),
            "unread": unread,
        }

    @api.model
    def _may_confirm(self, run, plan, rows):
        """Return whether a plan may be confirmed without a person.

        Its rule has to say so, and this kind of match by this rule to be proved.
        """
        version = rows[0]["version"]
        return (
            version.mode == rule.AUTOMATIC
            and not any(row["names_something"] for row in rows)
            and self._is_plan_proved(run, plan)
        )

    # ------------------------------------------------------------------
    # No document is needed
    # ------------------------------------------------------------------

    @api.model
    def _account_plan(self, run, row):
        """Return the plan of a match that has no document."""
        pieces = self._rule_evidence(row, evidence.RULE_ALONE_WEIGHT)
        run.proposed[row["id"]] = findings.by_rule(row["rule"])
        return {
            "kind": "memory/account",
            "currency_id": row["currency_id"],
            "amount_minor": row["minor"],
            "score": evidence.score(pieces),
            "evidence": {"contributions": pieces},
            "unique_proof": {"method": "rule", "rule": row["rule"]},
            "rule_version_id": row["version"].id,
            "difference_minor": -row["minor"],
            "difference_kind": "account",
            "lines": [self._money_line(row["id"], row["minor"])],
        }

    @api.model
    def _rule_evidence(self, row, weight):
        """Return what speaks for the rule itself, and by what it knew the payment."""
        conditions = row["version"].conditions
        pieces = [evidence.contribution("rule", weight, row["rule"])]
        if conditions.account:
            # The whole number stands on the payment; texts are kept for longer.
            pieces.append(
                evidence.contribution(
                    "rule_account", evidence.RULE_ACCOUNT_WEIGHT, row["account"][-4:]
                )
            )
        if conditions.text_pattern:
            pieces.append(
                evidence.contribution(
                    "rule_text", evidence.RULE_TEXT_WEIGHT, conditions.text_pattern
                )
            )
        if row["names_something"]:
            pieces.append(
                evidence.contribution("names_other", evidence.NAMES_OTHER_WEIGHT)
            )
        return pieces

    @api.model
    def _money_line(self, transaction_id, minor):
        return {
            "side": "source",
            "transaction_id": transaction_id,
            "amount_minor": minor,
        }

    # ------------------------------------------------------------------
    # The payer is known
    # ------------------------------------------------------------------

    @api.model
    def _ruled_payers_outcome(self, run, rows):
        """Return what payments of payers known by rules settle.

        Other payments of the same partners are searched with them: what they could
        pay as well is not certain.
        """
        if not rows:
            return counterparts.Outcome()
        self._fill_open_items(run.company)
        joined = known_payer.components(row["partner_ids"] for row in rows)
        payments = known_payer.by_key(
            (
                (joined[min(row["partner_ids"])], row["currency_id"]),
                self._counterpart_payment(row),
            )
            for row in [*rows, *self._rival_rows(run, rows, joined)]
        )
        items = known_payer.by_key(
            ((joined[item.pop("partner_id")], item.pop("currency_id")), item)
            for item in self._items_of(set(joined))
        )
        allowed = self._allowed_items(items, rows)
        groups = known_payer.groups(
            payments,
            {
                key: [counterparts.Item(**item) for item in of_key]
                for key, of_key in items.items()
            },
        )
        return self._only_ruled(known_payer.decide(groups), rows, allowed)

    @api.model
    def _counterpart_payment(self, row):
        return counterparts.Payment(
            row["id"], row["minor"], row["booked_on"], row["names_something"]
        )

    @api.model
    def _rival_rows(self, run, rows, joined):
        """Return the other open payments that identify one of the partners."""
        self._fill_payers(run.company)
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT DISTINCT ON (source.transaction_id)
                       source.transaction_id AS id, source.currency_id, source.minor,
                       source.booked_on, source.names_something,
                       ARRAY[payer.partner_id] AS partner_ids
                  FROM settlement_payer payer
                  JOIN settlement_open_source source USING (transaction_id)
                 WHERE payer.partner_id = ANY(%s)
                   AND NOT source.transaction_id = ANY(%s)
                 ORDER BY source.transaction_id, payer.partner_id
                """,
                sorted(joined),
                [row["id"] for row in rows],
            )
        )

    @api.model
    def _allowed_items(self, items, rows):
        """Return payment → ids of the items that its rule lets it settle."""
        owners = self.env.execute_query(
            SQL(
                "SELECT move_line_id, partner_id FROM settlement_open_item "
                "WHERE move_line_id = ANY(%s)",
                [item["id"] for of_key in items.values() for item in of_key],
            )
        )
        of_partner = known_payer.by_key((partner, item) for item, partner in owners)
        return {
            row["id"]: {
                item
                for partner in row["partner_ids"]
                for item in of_partner.get(partner, ())
            }
            for row in rows
        }

    @api.model
    def _only_ruled(self, outcome, rows, allowed):
        """Keep what one version of a rule says of all payments of a way."""
        versions = {row["id"]: row["version"].id for row in rows}
        kept = [
            found
            for found in outcome.found
            if len({versions.get(payment.id) for payment in found.way.payments}) == 1
            and all(
                payment.id in versions and item.id in allowed[payment.id]
                for payment in found.way.payments
                for item in found.way.items
            )
        ]
        return counterparts.Outcome(
            kept,
            [each for each in outcome.ambiguous if each[0].id in versions],
            [each for each in outcome.unsearched if each[0].id in versions],
        )

    @api.model
    def _ruled_payer_plan(self, run, found, rows):
        """Return the plan of a match with documents of the payer of a rule."""
        way, row = found.way, rows[0]
        pieces = self._rule_evidence(row, evidence.RULE_WEIGHT)
        pieces.append(evidence.contribution("currency", evidence.CURRENCY_WEIGHT))
        is_pair = len(way.payments) == len(way.items) == 1
        word = "amount" if is_pair else "sum"
        pieces.append(evidence.contribution(word, evidence.AMOUNT_WEIGHTS["exact"]))
        if row["other_payer"]:
            pieces.append(
                evidence.contribution(
                    "other_payer", evidence.OTHER_PAYER_WEIGHT, row["other_payer"]
                )
            )
        pieces += self._doubts(found, is_pair)
        self._remember_proposal(run, found, rows, pieces)
        return {
            "kind": "memory/payer",
            "currency_id": row["currency_id"],
            "amount_minor": way.total,
            "score": evidence.score(pieces),
            "evidence": {"contributions": pieces},
            "alternatives": [self._other_way(each, rows) for each in found.others]
            or None,
            "unique_proof": counterparts.proof(found),
            "rule_version_id": row["version"].id,
            "lines": [
                *(self._money_line(each.id, each.amount) for each in way.payments),
                *(
                    {"side": "target", "move_line_id": each.id}
                    | {"amount_minor": each.amount}
                    for each in way.items
                ),
            ],
        }

    @api.model
    def _doubts(self, found, is_pair):
        """Return what speaks against a way: others, or mere chance."""
        pieces = []
        if found.ways > 1 or not found.is_exhaustive:
            pieces.append(
                evidence.contribution(
                    "other_sums", evidence.OTHER_SUMS_WEIGHT, str(found.ways - 1)
                )
            )
        if found.coincidence and not is_pair:
            weight = -min(evidence.MOST_COINCIDENCE_WEIGHT, found.coincidence)
            pieces.append(
                evidence.contribution("coincidence", weight, f"{found.coincidence} %")
            )
        return pieces

    @api.model
    def _other_way(self, way, rows):
        """Return what another way is: its documents and its amount."""
        owed = sentences.listing([item.name for item in way.items])
        return {
            "name": owed,
            "amount": self._money(way.total, rows[0]["currency_id"]),
            "why": "it adds up as well",
            "score": 0,
        }

    # ------------------------------------------------------------------
    # What a person should know
    # ------------------------------------------------------------------

    @api.model
    def _remember_proposal(self, run, found, rows, pieces):
        """Keep what was found, so that no stage that guesses looks further."""
        documents = [
            findings.Document(
                item.name, self._money(item.amount, rows[0]["currency_id"])
            )
            for item in found.way.items
        ]
        reasons = [sentences.contribution_words(piece) for piece in pieces]
        for payment in found.way.payments:
            run.proposed[payment.id] = findings.proposal(documents, reasons)

    @api.model
    def _note_unclear_payers(self, run, outcome, ruled):
        """Note payments of known payers that could pay in several ways."""
        for payment, ways, is_all in outcome.ambiguous:
            row = ruled[payment.id]
            sentence = findings.several_sums(self._source_payment(row), ways, is_all)
            run.note(payment.id, "ambiguous", sentence)
        for payment, count in outcome.unsearched:
            run.remarks[payment.id] = findings.unsearched(count)
