import json
import tempfile
from datetime import date

from odoo import api, models
from odoo.tools import SQL

PAYOUT_ROWS = 100
GROSS, FEE = "100.00", "2.50"


class SettlementCli(models.AbstractModel):
    _inherit = "settlement.cli"

    @api.model
    def _bench_post(self, rows):
        """Post payouts of 100 rows as summaries, with their lines at the bank.

        No row has a target of its own. The floor is writing the same journal items
        with plain SQL into a table with the indexes of Odoo's.
        """
        backend, bank = self._bench_post_world(rows)
        backend._run_pipeline("parse", self._commit)
        backend._run_pipeline("validate", self._commit)
        payouts = self._timed(backend._step_post, self._commit)
        bank._run_pipeline("parse", self._commit)
        bank._run_pipeline("validate", self._commit)
        self._match_bench_payouts(backend)
        statement = self._timed(bank._step_post, self._commit)
        lines = self._bench_line_count(backend, bank)
        floor = self._timed(self._post_floor, lines)
        self._commit()
        states = dict(
            self.env["settlement.batch"]._read_group(
                [("backend_id", "=", backend.id)], ["state"], ["__count"]
            )
        )
        return self._figures(
            rows,
            payouts + statement,
            floor,
            payout_seconds=round(payouts, 3),
            bank_seconds=round(statement, 3),
            journal_items=lines,
            batches=states,
            proof_holds=not backend.wallet_ids._proof()["difference_minor"],
        )

    @api.model
    def _bench_post_world(self, rows):
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
                    "detail": "summary",
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
        matches = self.env["settlement.match"]
        for batch_id, transaction_id in pairs:
            matches |= matches._propose(
                [self.env["settlement.batch"].browse(batch_id)],
                [self.env["settlement.transaction"].browse(transaction_id)],
                "batch",
            )
        matches._confirm()
        self._commit()

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

    @api.model
    def _post_floor(self, lines):
        """Write ``lines`` copies of journal items into a bare twin of their table."""
        self.env.cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE bench_line "
                "(LIKE account_move_line INCLUDING INDEXES) ON COMMIT DROP"
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO bench_line
                SELECT entry.*
                  FROM (SELECT * FROM account_move_line ORDER BY id DESC LIMIT %s) entry
                """,
                lines,
            )
        )
