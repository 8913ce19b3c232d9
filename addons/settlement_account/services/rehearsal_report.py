"""The result of a rehearsal, as plain values that outlive its roll-back."""

from odoo.tools import SQL

MOST_ENTRIES = 12
MOST_LINES = 30
MOST_CAUSES = 3


class RehearsalReport:
    """Reads what a rehearsal has made, before it is rolled back."""

    def __init__(self, rehearsal):
        self.run = rehearsal
        self.env = rehearsal.env
        self.backend = rehearsal.backend

    def as_dict(self):
        """Return everything that the set-up shows and needs later."""
        result = {
            "since": self.run.since.isoformat(),
            "until": self.run.until,
            "stopped": self.run.stopped,
            "trouble": self.run.trouble,
            "seconds": self.run.seconds,
            "rows": self._rows(),
            "rejected": self._rejected(),
            "codes": self._codes(),
        }
        if self.run.until == "post":
            result |= {
                "matching": self._matching(),
                "entries": self._entries(),
                "reasons": self._reasons(),
                "wallets": self._wallets(),
            }
        return result

    # ------------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------------

    def _rows(self):
        (count, first, last), *_rest = self._query(
            "SELECT count(*), min(fact.booked_on), max(fact.booked_on) %(from)s"
        )
        return {"count": count, "first": _text(first), "last": _text(last)}

    def _rejected(self):
        """Return how many rows could not be read, and why the first could not."""
        rows = self.env["settlement.message.row"].search(
            [("message_id.backend_id", "=", self.backend.id)], order="id"
        )
        return {"count": len(rows), "reason": rows[:1].reason or ""}

    def _codes(self):
        """Return the source's codes that nobody knows the meaning of."""
        rows = self._query(
            """
            SELECT fact.source_code, currency.name, count(*),
                   sum(fact.gross_amount)::text,
                   min(fact.booked_on), max(fact.description)
            %(from)s
               AND fact.mapping_id IS NULL
               AND starts_with(fact.source_code, 'unknown:')
             GROUP BY fact.source_code, currency.name
             ORDER BY count(*) DESC, fact.source_code
            """
        )
        return [
            {
                "code": code.removeprefix("unknown:"),
                "currency": currency,
                "count": count,
                "sum": total,
                "first": _text(first),
                "example": example or "",
            }
            for code, currency, count, total, first, example in rows
        ]

    def _matching(self):
        """Return how many rows and how much money found what they pay."""
        states = dict(
            self._query(
                """
                SELECT state.match_state, count(*)
                %(from)s
                   AND fact.kind IN ('charge', 'refund', 'bank_credit', 'bank_debit')
                 GROUP BY state.match_state
                """
            )
        )
        matched = states.get("matched", 0)
        wanted = matched + states.get("open", 0) + states.get("proposed", 0)
        return {
            "matched": matched,
            "wanted": wanted,
            "proposed": states.get("proposed", 0),
            "percent": matched * 100 // wanted if wanted else None,
        }

    # ------------------------------------------------------------------
    # Ledger
    # ------------------------------------------------------------------

    def _entries(self):
        """Return the entries that would be posted, the first ones line by line."""
        postings = self.env["settlement.posting"].search(
            [
                ("id", ">", self.run.first_posting),
                ("wallet_id", "in", self.backend.wallet_ids.ids),
            ],
            order="date, id",
        )
        lines = self.env["account.bank.statement.line"].search_count(
            [
                ("id", ">", self.run.first_line),
                ("journal_id", "in", self.backend.wallet_ids.journal_id.ids),
            ]
        )
        return {
            "count": len(postings),
            "statement_lines": lines,
            "shown": [self._entry(posting) for posting in postings[:MOST_ENTRIES]],
        }

    def _entry(self, posting):
        move = posting.move_id
        lines = move.line_ids.sorted("sequence")
        return {
            "date": posting.date.isoformat(),
            "reference": posting.batch_id.external_id or move.ref or "",
            "journal": move.journal_id.name,
            "total": move.company_currency_id.format(sum(lines.mapped("debit"))),
            "count": len(lines),
            "lines": [self._line(line) for line in lines[:MOST_LINES]],
            "more": max(len(lines) - MOST_LINES, 0),
        }

    def _line(self, line):
        currency = line.company_currency_id
        return {
            "account": line.account_id.display_name,
            "partner": line.partner_id.name or "",
            "label": line.name or "",
            "debit": currency.format(line.debit) if line.debit else "",
            "credit": currency.format(line.credit) if line.credit else "",
        }

    def _reasons(self):
        """Return what would wait for a person, by reason, most first."""
        opened = self.env["settlement.exception"].search(
            [
                ("id", ">", self.run.first_exception),
                ("backend_id", "=", self.backend.id),
                ("state", "in", ("open", "in_progress", "waiting_approval")),
            ],
            order="id",
        )
        labels = dict(opened._fields["reason"]._description_selection(self.env))
        groups = [
            {
                "label": labels[reason],
                "count": len(exceptions),
                "causes": exceptions[:MOST_CAUSES].mapped("cause"),
            }
            for reason, exceptions in opened.grouped("reason").items()
        ]
        return sorted(groups, key=lambda group: -group["count"])

    # ------------------------------------------------------------------
    # Openings
    # ------------------------------------------------------------------

    def _wallets(self):
        """Return balance and movements of each wallet, to find its opening from."""
        return {
            str(wallet.id): {
                "balance": str(wallet.provider_balance)
                if wallet.provider_balance_at
                else "",
                "known_since": self._known_since(wallet),
                "movements": self._movements(wallet),
            }
            for wallet in self.backend.wallet_ids
        }

    def _known_since(self, wallet):
        """Return the first day of which all rows are known, "" if there is none."""
        if "pull" in self.backend._handler()._capabilities():
            return _text(self.run.complete_since)
        self.env.cr.execute(
            SQL(
                "SELECT min(booked_on)::text FROM settlement_transaction "
                "WHERE wallet_id = %s AND is_current",
                wallet.id,
            )
        )
        return self.env.cr.fetchone()[0] or ""

    def _movements(self, wallet):
        rows = self.env.execute_query(
            SQL(
                "SELECT booked_on::text, sum(net_amount)::text "
                "FROM settlement_transaction WHERE wallet_id = %s AND is_current "
                "GROUP BY booked_on ORDER BY booked_on",
                wallet.id,
            )
        )
        return dict(rows)

    def _query(self, text):
        """Return the rows of a query over the current facts since the first day."""
        source = SQL(
            """
              FROM settlement_transaction fact
              JOIN settlement_transaction_state state
                ON state.transaction_id = fact.id
              JOIN res_currency currency ON currency.id = fact.currency_id
             WHERE fact.backend_id = %s AND fact.is_current AND fact.booked_on >= %s
            """,
            self.backend.id,
            self.run.since,
        )
        self.env.flush_all()
        return self.env.execute_query(SQL(text, **{"from": source}))


def _text(day):
    return day.isoformat() if day else ""
