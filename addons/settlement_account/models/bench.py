import json
import tempfile
from datetime import date

from odoo import api, models
from odoo.fields import Command
from odoo.tools import SQL
from odoo.tools.misc import split_every

from ..services.bench_floor import BenchFloor

PAYOUT_ROWS = 100
# Each of them needs a receivable and a confirmed match, made one by one beforehand.
DETAIL_ROWS = 2_000
GROSS, FEE = "100.00", "2.50"


class SettlementCli(models.AbstractModel):
    _inherit = "settlement.cli"

    @api.model
    def _bench_post(self, rows):
        """Post payouts of 100 rows and settle them with the bank, twice.

        As summary no row has a target; in detail each pays a receivable of its own,
        for ``rows`` up to 2,000. The floor of each is Odoo's own creating, posting
        and reconciling of the same entries, without any bookkeeping of ours, in the
        same run.
        """
        detail = min(rows, DETAIL_ROWS)
        return {
            **self._bench_variant(rows, "summary"),
            "detail": self._bench_variant(detail, "detail"),
        }

    @api.model
    def _bench_variant(self, rows, variant):
        backend, bank = self._bench_post_world(rows, variant)
        for each in (backend, bank):
            each._run_pipeline("parse", self._commit)
        if variant == "detail":
            self._match_bench_charges(backend)
        for each in (backend, bank):
            each._step_validate(self._commit)
        payouts = self._timed(backend._step_post, self._commit)
        self._match_bench_payouts(backend)
        statement = self._timed(bank._step_post, self._commit)
        seconds = payouts + statement
        items = self._bench_line_count(backend, bank)
        states = self.env["settlement.batch"]._read_group(
            [("backend_id", "=", backend.id)], ["state"], ["__count"]
        )
        holds = not any(
            findings
            for _newest, findings in (
                (backend + bank).wallet_ids._proof_findings().values()
            )
        )
        return self._figures(
            rows,
            seconds,
            BenchFloor(backend, bank).measure(),
            payout_seconds=round(payouts, 3),
            bank_seconds=round(statement, 3),
            journal_items=items,
            lines_per_second=round(items / seconds),
            batches=dict(states),
            proof_holds=holds,
        )

    @api.model
    def _bench_post_world(self, rows, detail):
        """Return a provider and a bank whose files wait in their inboxes."""
        backend = self._bench_backend("canonical")
        bank = self._bench_backend("canonical")
        company = backend.company_id
        policies = self.env["settlement.posting.policy"]
        default = policies._create_defaults(company)
        for each in (backend, bank):
            policies.create(
                {
                    "company_id": company.id,
                    "backend_id": each.id,
                    "clearing_journal_id": default.clearing_journal_id.id,
                    "detail": detail,
                    "hold_days": 0,
                }
            )
        bank.wallet_ids.is_bank = True
        wallets = (backend + bank).wallet_ids
        wallets._set_up_accounts()
        wallets.write({"opening_date": date(2026, 1, 1)})
        self._bench_import(backend, self._payout_facts(rows))
        self._bench_import(bank, self._statement_facts(rows))
        self._commit()
        return backend, bank

    @api.model
    def _bench_import(self, backend, facts):
        currency = backend.company_id.currency_id.name
        with tempfile.TemporaryFile() as file:
            for fact in facts:
                file.write(json.dumps({**fact, "currency": currency}).encode() + b"\n")
            file.seek(0)
            backend.import_file("bench.jsonl", file)

    @api.model
    def _payout_facts(self, rows):
        """Yield the rows, payouts and batches of ``rows`` charges."""
        for start in range(0, rows, PAYOUT_ROWS):
            size = min(PAYOUT_ROWS, rows - start)
            name = f"po_{start // PAYOUT_ROWS:06}"
            total = f"{size * 97.5:.2f}"
            for number in range(start, start + size):
                yield {
                    **self._bench_row(f"txn_{number:09}", "charge", GROSS, name),
                    "fee_amount": FEE,
                    "net_amount": "97.50",
                    "fees": [{"kind": "processing", "amount": FEE}],
                }
            yield self._bench_row(f"out_{name}", "payout", f"-{total}", name)
            yield self._bench_batch("payout", name, total)

    @api.model
    def _statement_facts(self, rows):
        """Yield one statement with a line for each payout."""
        whole = 0.0
        for start in range(0, rows, PAYOUT_ROWS):
            amount = min(PAYOUT_ROWS, rows - start) * 97.5
            name = f"po_{start // PAYOUT_ROWS:06}"
            row = self._bench_row(
                f"bank_{name}", "bank_credit", f"{amount:.2f}", "st_1"
            )
            yield {**row, "batch_kind": "statement", "entry_reference": name}
            whole += amount
        yield self._bench_batch("statement", "st_1", f"{whole:.2f}")

    @api.model
    def _bench_row(self, external_id, kind, amount, batch):
        return {
            "type": "transaction",
            "external_id": external_id,
            "kind": kind,
            "gross_amount": amount,
            "net_amount": amount,
            "occurred_at": "2026-01-20T12:00:00Z",
            "booked_on": "2026-01-20",
            "batch_kind": "payout",
            "batch_external_id": batch,
        }

    @api.model
    def _bench_batch(self, kind, name, total):
        return {
            "type": "batch",
            "kind": kind,
            "external_id": name,
            "date": "2026-01-20",
            "total": total,
        }

    @api.model
    def _match_bench_payouts(self, backend):
        """Match each payout with its bank line; what matching costs is not counted."""
        pairs = self.env.execute_query(
            SQL(
                """
                SELECT batch.id, arrived.id
                  FROM settlement_batch batch
                  JOIN settlement_transaction arrived
                    ON arrived.entry_reference = batch.external_id
                   AND arrived.kind = 'bank_credit'
                   AND arrived.company_id = batch.company_id
                  JOIN settlement_transaction_state state
                    ON state.transaction_id = arrived.id
                   AND state.match_state = 'open'
                 WHERE batch.backend_id = %s
                """,
                backend.id,
            )
        )
        batches = self.env["settlement.batch"]
        facts = self.env["settlement.transaction"]
        self._confirm_bench_pairs(
            [(batches.browse(one), facts.browse(other)) for one, other in pairs],
            "batch",
        )

    @api.model
    def _match_bench_charges(self, backend):
        """Match each charge with a receivable of its own; it is not counted."""
        facts = self.env["settlement.transaction"].search(
            [("backend_id", "=", backend.id), ("kind", "=", "charge")], order="id"
        )
        items = self._bench_receivables(backend.company_id, len(facts))
        self._confirm_bench_pairs(list(zip(facts, items, strict=True)), "reference")

    @api.model
    def _confirm_bench_pairs(self, pairs, method):
        matches = self.env["settlement.match"]
        for chunk in split_every(PAYOUT_ROWS, pairs, list):
            proposed = [
                matches._propose([source], [target], method).id
                for source, target in chunk
            ]
            matches.browse(proposed)._confirm()
            self._commit()
            self.env.invalidate_all()

    @api.model
    def _bench_receivables(self, company, count):
        """Return ``count`` open receivable items, in entries of 100."""
        partner = self.env["res.partner"].create({"name": "Bench Customer"})
        accounts = self.env["account.account"].with_company(company)
        receivable = partner.with_company(company).property_account_receivable_id
        income = accounts.search([("account_type", "=", "income")], limit=1)
        journal = self.env["account.journal"].search(
            [("company_id", "=", company.id), ("type", "=", "general")], limit=1
        )
        items = []
        for size in (
            min(PAYOUT_ROWS, count - start) for start in range(0, count, PAYOUT_ROWS)
        ):
            amount = float(GROSS)
            values = [(receivable, partner, amount)] * size
            values.append((income, partner, -amount * size))
            move = self.env["account.move"].create(
                {
                    "journal_id": journal.id,
                    "date": date(2026, 1, 2),
                    "line_ids": [
                        Command.create(
                            {
                                "account_id": account.id,
                                "partner_id": customer.id,
                                "balance": balance,
                            }
                        )
                        for account, customer, balance in values
                    ],
                }
            )
            move._post(soft=False)
            items += move.line_ids.filtered(lambda item: item.account_id == receivable)
        self._commit()
        return items

    @api.model
    def _bench_line_count(self, backend, bank):
        accounts = backend.wallet_ids.account_id + bank.wallet_ids.account_id
        rows = self.env.execute_query(
            SQL(
                """
                SELECT count(*) FROM account_move_line
                 WHERE move_id IN (SELECT move_id FROM account_move_line
                                    WHERE account_id = ANY(%s))
                """,
                accounts.ids,
            )
        )
        return rows[0][0]
