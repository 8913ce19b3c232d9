"""A company inside Odoo that lives through worlds, and the people at its desk."""

from __future__ import annotations

import time
from unittest.mock import patch

from odoo import Command
from odoo.tools import SQL

from . import judgement
from .judgement import Found
from .ledger import Ledger
from .scenarios import rules
from .scene import (
    FEE_LIMITS,
    FEE_PERCENT,
    OWN_ACCOUNTS,
    PROVIDER_ACCOUNT,
    SAVINGS_ACCOUNTS,
)
from .world import EXPONENTS, RATES, major

CHUNK = 2_000
COMPANY, OTHER = "Corpus", "Corpus Sister"


class Desk:
    """Loads worlds into one company, matches them, and looks at what was found."""

    def __init__(self, env, precision_limit=None):
        """Make the company, its sister, its backends and its accountant.

        :param precision_limit: the company's limit of proof, by default Odoo's.
        """
        self.seconds = {"load": 0.0, "match": 0.0, "people": 0.0}
        self.stages = {}
        self._set_up_currencies(env)
        company, other = self._company(env, COMPANY), self._company(env, OTHER)
        env.user.company_ids += company + other
        self.env = env(context={**env.context, "allowed_company_ids": company.ids})
        self.company = company.with_env(self.env)
        if precision_limit and "settlement_precision_limit" in company._fields:
            company.settlement_precision_limit = precision_limit
        self.ledger = Ledger(self.env, self.company, other)
        accounts = [*OWN_ACCOUNTS.items(), *SAVINGS_ACCOUNTS.items()]
        self.bank = self._backend("Corpus Bank", accounts)
        provider_accounts = [(currency, PROVIDER_ACCOUNT) for currency in EXPONENTS]
        self.provider = self._backend("Corpus Provider", provider_accounts)
        self.accountant = self._person("Corpus Accountant", "group_accountant")
        self._approve_rules()
        self.commit()

    def commit(self):
        """Keep a step of the world; nothing of it is to be taken back."""
        self.env.cr.commit()  # pylint: disable=invalid-commit

    # ------------------------------------------------------------------
    # Set-up
    # ------------------------------------------------------------------

    @staticmethod
    def _set_up_currencies(env):
        currencies = env["res.currency"].with_context(active_test=False)
        for code in EXPONENTS:
            currencies.search([("name", "=", code)]).active = True

    @staticmethod
    def _company(env, name):
        company = env["res.company"].create(
            {"name": name, "currency_id": env.ref("base.EUR").id}
        )
        env["account.chart.template"].try_loading("generic_coa", company)
        company.currency_id = env.ref("base.EUR")
        for code, rate in RATES.items():
            currency = env["res.currency"].search([("name", "=", code)])
            if currency != company.currency_id:
                env["res.currency.rate"].create(
                    {
                        "currency_id": currency.id,
                        "company_id": company.id,
                        "name": "2020-01-01",
                        "rate": float(rate),
                    }
                )
        return company

    def _backend(self, name, accounts):
        backend = self.env["settlement.backend"].create(
            {"name": name, "connector": "canonical", "company_id": self.company.id}
        )
        for currency, account in accounts:
            self.env["settlement.wallet"].create(
                {
                    "backend_id": backend.id,
                    "account_identifier": account,
                    "currency_id": self.ledger.currencies[currency].id,
                }
            )
        return backend

    def _person(self, name, group):
        return self.env["res.users"].create(
            {
                "name": name,
                "login": name.lower().replace(" ", "_"),
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
                "group_ids": [Command.link(self.env.ref(f"settlement.{group}").id)],
            }
        )

    def _approve_rules(self):
        """Let one person write the rules of the corpus and another approve them."""
        approver = self._person("Corpus Approver", "group_approver")
        versions = self.env["settlement.rule.version"].with_user(self.accountant)
        for values in self._rules():
            rule = self.env["settlement.rule"].with_user(self.accountant)
            record = rule.create(
                {"name": values.pop("name"), "company_id": self.company.id}
            )
            version = versions.create({"rule_id": record.id, **values})
            version.action_submit("for the corpus")
            # There is no history yet that it could be tried on.
            with patch.object(type(version), "_check_backtest", lambda version: None):
                version.with_user(approver).action_approve()

    def _rules(self):
        limits = [
            Command.create(
                {
                    "currency_id": currency.id,
                    "amount": float(major(FEE_LIMITS[code], code)),
                }
            )
            for code, currency in self.ledger.currencies.items()
        ]
        yield {
            "name": "Bank fees on the way",
            "purpose": "difference",
            "difference_kind": "fee",
            "direction": "in",
            "mode": "automatic",
            "tolerance_percent": FEE_PERCENT,
            "tolerance_ids": limits,
        }
        yield {
            "name": "Rent of terminals",
            "purpose": "account",
            "direction": "out",
            "mode": "automatic",
            "text_pattern": rules.RENT_PATTERN,
            "account_id": self.ledger._account(self.company, "expense"),
        }

    # ------------------------------------------------------------------
    # Life
    # ------------------------------------------------------------------

    def load(self, worlds):
        """Load worlds whose rows have all arrived, and match nothing yet."""
        self._expect(worlds)
        self._arrive([row for world in worlds for row in world.rows])

    def _expect(self, worlds):
        with self._clock("load"):
            for world in worlds:
                self.ledger.write_world(world)
                self._store(self.provider, world.payouts)
                self._store(self.provider, world.expected)
            self.commit()

    def live(self, worlds):
        """Load worlds and match them, step by step, as their rows arrive."""
        self._expect(worlds)
        for step in sorted({step for world in worlds for step in world.steps()}):
            self._arrive(
                [row for world in worlds for row in world.rows if row.step == step]
            )
            self.match()

    def _arrive(self, rows):
        with self._clock("load"):
            for source, backend in (("bank", self.bank), ("provider", self.provider)):
                facts = [row.fact for row in rows if row.source == source]
                self._store(backend, facts)
            self.commit()

    def _store(self, backend, facts):
        for start in range(0, len(facts), CHUNK):
            chunk = facts[start : start + CHUNK]
            content = f"{backend.id} {chunk[0].external_id} {len(chunk)}".encode()
            message = self.env["settlement.message"]._receive(
                backend, "manual", content
            )
            message.state = "parsed"
            counters = self.env["settlement.fact.store"]._store(
                backend, [(message, fact) for fact in chunk]
            )
            assert not counters["rejected"], counters

    def match(self):
        """Run all stages once."""
        matcher = self.env["settlement.matcher"]
        with self._clock("match"):
            counters = matcher._match_company(self.company, self.env.cr.commit)
            self.commit()
        for stage, each in counters.items():
            seconds = each.get("seconds", 0)
            self.stages[stage] = round(self.stages.get(stage, 0) + seconds, 2)

    def _clock(self, name):
        return _Clock(self.seconds, name)

    # ------------------------------------------------------------------
    # People
    # ------------------------------------------------------------------

    def decide(self, rows):
        """Confirm right proposals and undo wrong ones, as a person who knows."""
        truths = {row.key: row.truth for row in rows}
        right, wrong = [], []
        found = self.found("match.state = 'proposed'")
        by_match = {}
        for key, matches in found.items():
            for each in matches:
                by_match.setdefault(each.match_id, []).append((key, each))
        for match_id, sides in by_match.items():
            known = [(truths[key], each) for key, each in sides if key in truths]
            is_right = known and all(
                each.counterparts.keys() == truth.targets.keys()
                for truth, each in known
            )
            (right if is_right else wrong).append(match_id)
        with self._clock("people"):
            self._confirm(right)
            self._refuse(wrong)
            self.commit()
        return len(right), len(wrong)

    def _by_hand(self, match_ids):
        # Rights are not what is measured here; who decides is.
        return (
            self.env["settlement.match"]
            .with_user(self.accountant)
            .sudo()
            .browse(match_ids)
        )

    def _confirm(self, match_ids):
        for start in range(0, len(match_ids), 500):
            self._by_hand(match_ids[start : start + 500])._confirm()
            self.commit()

    def _refuse(self, match_ids):
        for start in range(0, len(match_ids), 500):
            chunk = self._by_hand(match_ids[start : start + 500])
            chunk._undo("not what was paid", is_refused=True)
            self.commit()

    # ------------------------------------------------------------------
    # What is there now
    # ------------------------------------------------------------------

    def report(self, worlds):
        """Return the report on the rows of some worlds."""
        rows = [row for world in worlds for row in world.rows]
        found = self.found("match.state <> 'undone'")
        return judgement.report(rows, found, self.reasons(), weigh)

    def found(self, condition):
        """Return key of each row → its matches."""
        self.env.flush_all()
        lines = self.env.execute_query_dict(
            SQL(LINES, company=self.company.id, condition=SQL(condition))
        )
        by_match = {}
        for line in lines:
            by_match.setdefault(line["match_id"], []).append(line)
        found = {}
        for match_id, each in by_match.items():
            for line in each:
                if line["is_row"]:
                    found.setdefault(line["item"], []).append(
                        _as_found(match_id, line, each)
                    )
        return found

    def reasons(self):
        """Return key of each row → reasons of its open exceptions."""
        rows = self.env.execute_query(SQL(REASONS, company=self.company.id))
        found = {}
        for key, reason in rows:
            found.setdefault(key, set()).add(reason)
        return found

    def verify(self):
        """Return what the verification of laws finds."""
        return self.env["settlement.verification"].run()["findings"]


def _as_found(match_id, line, lines):
    mine = [each for each in lines if each["side"] == line["side"]]
    others = [each for each in lines if each["side"] != line["side"]]
    counterparts = {}
    # Money that came and went again has no other side.
    for each in others or [each for each in mine if each is not line]:
        item = each["item"]
        counterparts[item] = counterparts.get(item, 0) + each["amount_minor"]
    return Found(
        match_id,
        line["kind"] or line["method"],
        line["state"],
        line["is_automatic"],
        counterparts,
        bool(others) and len(mine) > 1,
        line["difference_kind"] or "",
    )


def weigh(minor, currency):
    """Return the cents of the company's currency that an amount is about."""
    return int(major(minor, currency) * 100 / RATES[currency])


class _Clock:
    """Adds the seconds of a block to a dict."""

    def __init__(self, seconds, name):
        self.seconds, self.name = seconds, name

    def __enter__(self):
        self.started = time.monotonic()

    def __exit__(self, *_error):
        self.seconds[self.name] += time.monotonic() - self.started


LINES = """
    SELECT line.match_id, line.side, line.amount_minor, match.state, match.is_automatic,
           match.kind, match.method, match.difference_kind,
           line.transaction_id IS NOT NULL AS is_row,
           COALESCE(fact.external_id, batch.external_id, expected.external_id,
                    online.provider_reference, move.name) AS item
      FROM settlement_match match
      JOIN settlement_match_line line ON line.match_id = match.id
      LEFT JOIN settlement_transaction fact ON fact.id = line.transaction_id
      LEFT JOIN settlement_batch batch ON batch.id = line.batch_id
      LEFT JOIN settlement_expected_payment expected
        ON expected.id = line.expected_payment_id
      LEFT JOIN account_move_line entry ON entry.id = line.move_line_id
      LEFT JOIN account_move move ON move.id = entry.move_id
      LEFT JOIN account_payment payment ON payment.move_id = move.id
      LEFT JOIN payment_transaction online ON online.payment_id = payment.id
     WHERE match.company_id = %(company)s
       AND %(condition)s
     ORDER BY line.match_id, line.id
"""
REASONS = """
    SELECT fact.external_id, exception.reason
      FROM settlement_exception exception
      JOIN settlement_transaction fact ON fact.id = exception.subject_id
     WHERE exception.subject_model = 'settlement.transaction'
       AND exception.company_id = %(company)s
       AND exception.state IN ('open', 'in_progress', 'waiting_approval')
"""
