from odoo import api, fields, models

from odoo.addons.settlement_match.engine.sentences import listing

ITEM = "account.move.line"
PAYOUT = "settlement.batch"
# So many candidates stand above the list of open items.
MOST_SHOWN = 5


class AccountBankStatementLine(models.Model):
    """What our matching says about a line, and how it gets into OCA's view."""

    _inherit = "account.bank.statement.line"

    settlement_choice = fields.Char(
        store=False,
        help="What was clicked: model and id, several separated by semicolons.",
    )

    def settlement_candidates(self, limit=MOST_SHOWN):
        """Return what this line may pay, best first, for the reconcile view.

        :param limit: most candidates, 1 to 50.
        :return: dict with ``is_allowed`` (False without a role of the suite),
            ``proposals``, ``candidates``, ``searched``.
        :raises AccessError: for a line of another company.
        """
        self.ensure_one()
        if not self.env["settlement.backend"]._has_settlement_group("group_viewer"):
            return {"is_allowed": False}
        report = self.action_suggestions(limit)
        return {
            "is_allowed": True,
            "proposals": [self._shown_proposal(each) for each in self._proposals()],
            "candidates": [
                self._shown_candidate(each) for each in report["candidates"]
            ],
            "searched": report["searched"],
        }

    def _proposals(self):
        """Return the matches that wait for a decision about this line."""
        rows = self.settlement_state_ids.transaction_id
        return rows.match_line_ids.match_id.filtered(
            lambda match: match.state == "proposed"
        )

    def _shown_proposal(self, match):
        rows = self.settlement_state_ids.transaction_id
        others = match.line_ids.filtered(lambda line: line.transaction_id not in rows)
        keys = [(line._item()._name, line._item().id) for line in others]
        return {
            "id": match.id,
            "name": match.display_name,
            "score": round(match.score),
            "sentence": match.sentence,
            "choice": self._choice_of(keys),
        }

    def _shown_candidate(self, found):
        keys = [(found["model"], found["id"])]
        keys += [tuple(key) for key in found["together"]]
        return {
            "name": found["name"],
            "amount": found["amount"],
            "score": found["score"],
            "sentence": self._candidate_sentence(found),
            "standing": found["alternatives"],
            "blocked_by": found["blocked_by"],
            "choice": self._choice_of(keys),
        }

    def _candidate_sentence(self, found):
        """Say in one sentence what speaks for and against a candidate."""
        pieces = found["contributions"]
        pros = [piece["words"] for piece in pieces if piece["weight"] >= 0]
        cons = [piece["words"] for piece in pieces if piece["weight"] < 0]
        if cons:
            return self.env._(
                "Because of %(pros)s; against it: %(cons)s.",
                pros=listing(pros),
                cons=listing(cons),
            )
        return self.env._("Because of %(pros)s.", pros=listing(pros))

    @api.model
    def _choice_of(self, keys):
        """Return what a click on these adds; "" where the view cannot settle them."""
        is_item = all(model in (ITEM, PAYOUT) for model, _row_id in keys)
        return (
            ";".join(f"{model},{row_id}" for model, row_id in keys) if is_item else ""
        )

    # ------------------------------------------------------------------
    # A click
    # ------------------------------------------------------------------

    @api.onchange("settlement_choice")
    def _onchange_settlement_choice(self):
        """Put what was clicked into the view, as if it had been picked in its list.

        What waits for an amount takes it; where nothing waits, it starts anew.
        """
        items = self._chosen_items(self.settlement_choice or "")
        self.settlement_choice = False
        if not items:
            return
        self._make_room(items)
        for item in items:
            self._add_account_move_line(item, keep_current=True)

    def _make_room(self, items):
        """Let the view hold the money only, unless some of it waits for an item."""
        data = self.reconcile_data_info["data"]
        chosen = {
            item_id for line in data for item_id in line.get("counterpart_line_ids", [])
        }
        if any(line["kind"] == "suspense" for line in data) or chosen & set(items.ids):
            return
        money = [line for line in data if line["kind"] == "liquidity"]
        self.reconcile_data_info = self._recompute_suspense_line(
            money,
            self.reconcile_data_info["reconcile_auxiliary_id"],
            self.manual_reference,
        )

    @api.model
    def _chosen_items(self, choice):
        """Return the open journal items that a choice names, as the user may see."""
        keys = [each.split(",") for each in choice.split(";") if "," in each]
        ids = {
            model: [int(row_id) for name, row_id in keys if name == model]
            for model in (ITEM, PAYOUT)
        }
        items = self.env[ITEM].search(
            [*self._open_domain(), ("id", "in", ids[ITEM])], order="id"
        )
        payouts = self.env[PAYOUT].browse(ids[PAYOUT]).exists()
        return items | self._transit_items(payouts)

    @api.model
    def _transit_items(self, payouts):
        """Return the items by which payouts are on their way to the bank."""
        facts = payouts.payout_transaction_id
        return self.env[ITEM].search(
            [
                *self._open_domain(),
                ("settlement_transaction_id", "in", facts.ids),
                ("settlement_role", "=", "in_transit"),
            ],
            order="id",
        )

    @api.model
    def _open_domain(self):
        return [("parent_state", "=", "posted"), ("reconciled", "=", False)]
