import time

from odoo.fields import Command
from odoo.tools import SQL
from odoo.tools.misc import split_every

from .entry_writer import FAST, to_float

GROUP = 100
LINES = 500


class BenchFloor:
    """The entries of a bench once more, with nothing but Odoo's own methods.

    Created, posted and reconciled as fast as Odoo allows, with the same switches and
    in the same groups; everything is taken back in the end.
    """

    def __init__(self, backend, bank):
        self.env = backend.env(context={**backend.env.context, **FAST})
        self.backend = backend.with_env(self.env)
        self.bank = bank.with_env(self.env)

    def measure(self):
        """Return the seconds it takes."""
        self.env.flush_all()
        savepoint = self.env.cr.savepoint()
        try:
            plans = self._plans()
            targets = self._targets(plans)
            started = time.monotonic()
            transit = self._post(plans, targets)
            self._receive(transit)
            self.env.flush_all()
            return time.monotonic() - started
        finally:
            self.env.clear()
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)

    def _plans(self):
        postings = self.env["settlement.posting"].search(
            [("backend_id", "=", self.backend.id), ("kind", "=", "batch")]
        )
        return [
            (
                posting.date,
                [
                    dict(zip(posting.plan["columns"], line, strict=True))
                    for line in posting.plan["lines"]
                ],
            )
            for posting in postings
        ]

    def _targets(self, plans):
        """Return a fresh open item for each planned line that settles one."""
        settled = [
            line for _day, lines in plans for line in lines if line["role"] == "settled"
        ]
        targets = []
        for chunk in split_every(GROUP, settled, list):
            opposite = [{**line, "balance": -line["balance"]} for line in chunk]
            other = self._other_side(chunk)
            move = self._create([(self._day(plans), [*opposite, other])])
            items = move.line_ids.sorted("sequence")
            targets += items[: len(chunk)].ids
        return targets

    def _day(self, plans):
        return plans[0][0]

    def _other_side(self, lines):
        income = self.env["account.account"].search(
            [
                ("account_type", "=", "income"),
                ("company_ids", "in", self.backend.company_id.ids),
            ],
            limit=1,
        )
        return {
            "role": "",
            "account_id": income.id,
            "partner_id": 0,
            "name": "",
            "balance": sum(line["balance"] for line in lines),
        }

    def _create(self, entries):
        currency = self.backend.company_id.currency_id
        journal = self.env["account.journal"].search(
            [
                ("company_id", "=", self.backend.company_id.id),
                ("type", "=", "general"),
                ("restrict_mode_hash_table", "=", False),
            ],
            limit=1,
        )
        moves = self.env["account.move"].create(
            [
                {
                    "journal_id": journal.id,
                    "date": day,
                    "line_ids": [
                        Command.create(
                            {
                                "sequence": number,
                                "display_type": "product",
                                "account_id": line["account_id"],
                                "partner_id": line["partner_id"] or False,
                                "name": line["name"],
                                "currency_id": currency.id,
                                "balance": to_float(line["balance"], currency),
                                "amount_currency": to_float(line["balance"], currency),
                                "analytic_distribution": False,
                            }
                        )
                        for number, line in enumerate(lines, start=1)
                    ],
                }
                for day, lines in entries
            ]
        )
        moves._post(soft=False)
        return moves

    def _post(self, plans, targets):
        """Post all entries; return (date, item, amount) of what is in transit."""
        transit, waiting = [], iter(targets)
        items = self.env["account.move.line"]
        for group in split_every(GROUP, plans, list):
            moves = self._create(group)
            ids = self._ids(moves)
            pairs = []
            for move, (day, lines) in zip(moves, group, strict=True):
                for number, line in enumerate(lines, start=1):
                    item = ids[move.id, number]
                    if line["role"] == "settled":
                        pairs.append(items.browse([item, next(waiting)]))
                    elif line["role"] == "in_transit":
                        transit.append((day, item, line))
            if pairs:
                items._reconcile_plan(pairs)
            self.env.flush_all()
        return transit

    def _ids(self, moves):
        """Return the journal items of entries by (entry, position)."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT move_id, sequence, id FROM account_move_line "
                "WHERE move_id = ANY(%s)",
                moves.ids,
            )
        )
        return {(move_id, number): item for move_id, number, item in rows}

    def _receive(self, transit):
        """Create the bank's lines against what is in transit and reconcile both."""
        journal = self.bank.wallet_ids.journal_id
        currency = self.bank.company_id.currency_id
        items = self.env["account.move.line"]
        for group in split_every(LINES, transit, list):
            lines = self.env["account.bank.statement.line"].create(
                [
                    {
                        "journal_id": journal.id,
                        "date": day,
                        "payment_ref": line["name"] or "/",
                        "amount": to_float(line["balance"], currency),
                        "counterpart_account_id": line["account_id"],
                    }
                    for day, _item, line in group
                ]
            )
            items._reconcile_plan(
                [
                    items.browse(item) | self._counterpart(line, bank_line)
                    for (_day, item, line), bank_line in zip(group, lines, strict=True)
                ]
            )
            self.env.flush_all()

    def _counterpart(self, line, bank_line):
        return bank_line.move_id.line_ids.filtered(
            lambda item: item.account_id.id == line["account_id"]
        )
