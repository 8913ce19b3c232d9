"""Writes the documents of a world into Odoo's tables, in sets.

A hundred thousand documents made by the ORM take an hour; what matters to matching is
in these columns.
"""

from __future__ import annotations

import json
from decimal import Decimal

from odoo.tools import SQL

from .scene import SIGNS
from .world import EXPONENTS, RATES, major

PARTNER_REF = "corpus:"


def _rows(env, query, rows, columns, **names):
    """Run a statement that reads ``rows`` as the recordset ``given``."""
    given = SQL(
        "jsonb_to_recordset(%s::jsonb) AS given (%s)",
        json.dumps(rows, default=str),
        SQL(", ").join(
            SQL("%s %s", SQL.identifier(name), SQL(kind))
            for name, kind in columns.items()
        ),
    )
    env.cr.execute(SQL(query, given=given, **names))


class Ledger:
    """One company's journals and accounts, and the documents that stand in them."""

    def __init__(self, env, company, other):
        self.env = env
        self.company = company
        self.other = other
        self.currencies = {
            each.name: each
            for each in env["res.currency"].search([("name", "in", list(EXPONENTS))])
        }
        self.terms = self._discount_terms()
        self.provider, self.method = self._online_provider()

    def write_world(self, world):
        """Write partners, documents and online payments of a world."""
        self.env.flush_all()
        self._write_partners(world.partners)
        for company, is_foreign in ((self.company, False), (self.other, True)):
            documents = [one for one in world.documents if one.is_foreign == is_foreign]
            self._write_documents(company, documents)
        self._write_payments(world.online_payments)
        self.env.invalidate_all(flush=False)

    # ------------------------------------------------------------------
    # Partners
    # ------------------------------------------------------------------

    def _write_partners(self, partners):
        columns = {"key": "int8", "name": "text", "email": "text", "account": "text"}
        rows = [
            {
                "key": each.key,
                "name": each.name,
                "email": each.email,
                "account": each.account if each.is_account_known else None,
            }
            for each in partners
        ]
        _rows(
            self.env,
            """
            INSERT INTO res_partner (name, complete_name, ref, email, email_normalized,
                   active, is_company, autopost_bills, type, lang, create_uid,
                   create_date, write_uid, write_date)
            SELECT name, name, %(mark)s || key, email, email, TRUE, TRUE, 'ask',
                   'contact', 'en_US', 1, now(), 1, now()
              FROM %(given)s
            """,
            rows,
            columns,
            mark=PARTNER_REF,
        )
        self.env.cr.execute(
            SQL(
                "UPDATE res_partner SET commercial_partner_id = id "
                "WHERE commercial_partner_id IS NULL"
            )
        )
        _rows(
            self.env,
            """
            INSERT INTO res_partner_bank (partner_id, acc_number, sanitized_acc_number,
                   active, allow_out_payment, sequence)
            SELECT partner.id, given.account, given.account, TRUE, FALSE, 10
              FROM %(given)s
              JOIN res_partner partner ON partner.ref = %(mark)s || given.key
             WHERE given.account IS NOT NULL
            """,
            rows,
            columns,
            mark=PARTNER_REF,
        )

    # ------------------------------------------------------------------
    # Documents
    # ------------------------------------------------------------------

    def _discount_terms(self):
        return self.env["account.payment.term"].create(
            {
                "name": "2% within ten days",
                "company_id": self.company.id,
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
            }
        )

    def _write_documents(self, company, documents):
        if not documents:
            return
        columns = {
            "key": "text",
            "move_type": "text",
            "partner": "int8",
            "currency": "int4",
            "journal": "int4",
            "account": "int4",
            "other_account": "int4",
            "day": "date",
            "due": "date",
            "amount": "numeric",
            "balance": "numeric",
            "payment_reference": "text",
            "ref": "text",
            "origin": "text",
            "term": "int4",
        }
        rows = [self._document_row(company, each) for each in documents]
        names = {"company": company.id, "mark": PARTNER_REF}
        names["home"] = company.currency_id.id
        _rows(self.env, MOVES, rows, columns, **names)
        _rows(self.env, OTHER_LINES, rows, columns, **names)
        term_columns = {
            "key": "text",
            "journal": "int4",
            "account": "int4",
            "due": "date",
            "amount": "numeric",
            "balance": "numeric",
            "discount_day": "date",
            "discount_amount": "numeric",
            "discount_balance": "numeric",
        }
        terms = [term for each in documents for term in self._term_rows(company, each)]
        _rows(self.env, TERM_LINES, terms, term_columns, **names)

    def _document_row(self, company, document):
        is_sale = document.move_type.startswith("out")
        kinds = (
            ("asset_receivable", "income")
            if is_sale
            else (
                "liability_payable",
                "expense",
            )
        )
        return {
            "key": document.key,
            "move_type": document.move_type,
            "partner": document.partner.key,
            "currency": self.currencies[document.currency].id,
            "journal": self._journal(company, "sale" if is_sale else "purchase"),
            "account": self._account(company, kinds[0]),
            "other_account": self._account(company, kinds[1]),
            "day": document.day,
            "due": max(due for due, _amount in document.terms),
            "amount": major(document.amount, document.currency),
            "balance": sum(
                home(amount, document.currency) for _due, amount in document.terms
            ),
            "payment_reference": document.payment_reference or None,
            "ref": document.ref or None,
            "origin": document.origin or None,
            "term": self.terms.id if document.discount else None,
        }

    def _term_rows(self, company, document):
        is_sale = document.move_type.startswith("out")
        kind = "asset_receivable" if is_sale else "liability_payable"
        for due, amount in document.terms:
            row = {
                "key": document.key,
                "journal": self._journal(company, "sale" if is_sale else "purchase"),
                "account": self._account(company, kind),
                "due": due,
                "amount": major(amount, document.currency),
                "balance": home(amount, document.currency),
            }
            if document.discount:
                day, less = document.discount
                row["discount_day"] = day
                row["discount_amount"] = major(less, document.currency)
                row["discount_balance"] = home(less, document.currency)
            yield row

    def _journal(self, company, kind):
        return self._known(
            "account.journal", [("company_id", "=", company.id), ("type", "=", kind)]
        )

    def _account(self, company, kind):
        return self._known(
            "account.account",
            [("company_ids", "in", company.ids), ("account_type", "=", kind)],
        )

    def _known(self, model, domain):
        known = self.__dict__.setdefault("_records", {})
        key = (model, str(domain))
        if key not in known:
            known[key] = self.env[model].search(domain, limit=1).id
        return known[key]

    # ------------------------------------------------------------------
    # Online payments
    # ------------------------------------------------------------------

    def _online_provider(self):
        provider = self.env["payment.provider"].create(
            {"name": "Corpus", "code": "none", "company_id": self.company.id}
        )
        methods = self.env["payment.method"].with_context(active_test=False)
        return provider, methods.search([], limit=1)

    def _write_payments(self, payments):
        columns = {
            "key": "text",
            "partner": "int8",
            "currency": "int4",
            "day": "date",
            "amount": "numeric",
            "balance": "numeric",
            "is_booked": "bool",
        }
        rows = [
            {
                "key": each.key,
                "partner": each.partner.key,
                "currency": self.currencies[each.currency].id,
                "day": each.day,
                "amount": major(each.amount, each.currency),
                "balance": home(each.amount, each.currency),
                "is_booked": each.is_booked,
            }
            for each in payments
        ]
        outstanding = self._outstanding()
        names = {
            "company": self.company.id,
            "home": self.company.currency_id.id,
            "mark": PARTNER_REF,
            "journal": self._journal(self.company, "bank"),
            "outstanding": outstanding,
            "receivable": self._account(self.company, "asset_receivable"),
            "provider": self.provider.id,
            "method": self.method.id,
        }
        for query in (PAYMENT_MOVES, PAYMENT_LINES, PAYMENTS, ONLINE_PAYMENTS):
            _rows(self.env, query, rows, columns, **names)

    def _outstanding(self):
        template = self.env["account.chart.template"].with_company(self.company)
        return template.ref("account_journal_payment_debit_account_id").id


def home(minor, currency):
    """Return minor units as a Decimal of the company's currency, the euro."""
    return (major(minor, currency) / RATES[currency]).quantize(Decimal("0.01"))


assert set(SIGNS) == {"out_invoice", "out_refund", "in_invoice", "in_refund"}

MOVES = """
    INSERT INTO account_move (
           journal_id, company_id, currency_id, state, move_type, auto_post, date,
           invoice_date, invoice_date_due, name, sequence_prefix, sequence_number,
           partner_id, commercial_partner_id, payment_reference, ref, invoice_origin,
           payment_state, invoice_payment_term_id, amount_untaxed, amount_total,
           amount_residual, amount_untaxed_signed, amount_total_signed,
           amount_residual_signed, amount_total_in_currency_signed,
           amount_untaxed_in_currency_signed, amount_tax, amount_tax_signed,
           posted_before, checked, create_uid, create_date, write_uid, write_date)
    SELECT given.journal, %(company)s, given.currency, 'posted', given.move_type, 'no',
           given.day, given.day, given.due, given.key,
           regexp_replace(given.key, '[0-9]+$', ''),
           substring(given.key FROM '[0-9]+$')::int4,
           partner.id, partner.id, given.payment_reference, given.ref, given.origin,
           'not_paid', given.term, abs(given.amount), abs(given.amount),
           abs(given.amount), given.balance, given.balance, given.balance, given.amount,
           given.amount, 0, 0, TRUE, TRUE, 1, now(), 1, now()
      FROM %(given)s
      JOIN res_partner partner ON partner.ref = %(mark)s || given.partner
     ORDER BY given.day, given.key
"""
LINE_COLUMNS = """
    INSERT INTO account_move_line (
           move_id, move_name, journal_id, company_id, company_currency_id, currency_id,
           account_id, partner_id, display_type, parent_state, ref, name, date,
           invoice_date, date_maturity, debit, credit, balance, amount_currency,
           amount_residual, amount_residual_currency, reconciled, discount_date,
           discount_amount_currency, discount_balance, create_uid, create_date,
           write_uid, write_date)
"""
OTHER_LINES = (
    LINE_COLUMNS
    + """
    SELECT move.id, move.name, move.journal_id, %(company)s, %(home)s, move.currency_id,
           given.other_account, move.partner_id, 'product', 'posted', move.ref, 'Goods',
           move.date, move.invoice_date, NULL::date, GREATEST(-given.balance, 0),
           GREATEST(given.balance, 0), -given.balance, -given.amount, 0, 0, FALSE,
           NULL::date, NULL::numeric, NULL::numeric, 1, now(), 1, now()
      FROM %(given)s
      JOIN account_move move
        ON move.name = given.key AND move.journal_id = given.journal
"""
)
TERM_LINES = (
    LINE_COLUMNS
    + """
    SELECT move.id, move.name, move.journal_id, %(company)s, %(home)s, move.currency_id,
           given.account, move.partner_id, 'payment_term', 'posted', move.ref,
           move.payment_reference, move.date, move.invoice_date, given.due,
           GREATEST(given.balance, 0), GREATEST(-given.balance, 0), given.balance,
           given.amount, given.balance, given.amount, FALSE, given.discount_day,
           given.discount_amount, given.discount_balance, 1, now(), 1, now()
      FROM %(given)s
      JOIN account_move move
        ON move.name = given.key AND move.journal_id = given.journal
     ORDER BY move.id, given.due
"""
)
PAYMENT_MOVES = """
    INSERT INTO account_move (
           journal_id, company_id, currency_id, state, move_type, auto_post, date, name,
           partner_id, commercial_partner_id, payment_state, amount_total,
           posted_before, checked, create_uid, create_date, write_uid, write_date)
    SELECT %(journal)s, %(company)s, given.currency, 'posted', 'entry', 'no', given.day,
           'P' || given.key, partner.id, partner.id, 'not_paid', abs(given.amount),
           TRUE, TRUE, 1, now(), 1, now()
      FROM %(given)s
      JOIN res_partner partner ON partner.ref = %(mark)s || given.partner
     WHERE given.is_booked
"""
PAYMENT_LINES = (
    LINE_COLUMNS
    + """
    SELECT move.id, move.name, move.journal_id, %(company)s, %(home)s, move.currency_id,
           line.account, move.partner_id, 'product', 'posted', NULL, given.key,
           move.date, NULL::date, move.date, GREATEST(line.sign * given.balance, 0),
           GREATEST(-line.sign * given.balance, 0), line.sign * given.balance,
           line.sign * given.amount, line.sign * given.balance,
           line.sign * given.amount, FALSE, NULL::date, NULL::numeric, NULL::numeric, 1,
           now(), 1, now()
      FROM %(given)s
      JOIN account_move move
        ON move.name = 'P' || given.key AND move.journal_id = %(journal)s
     CROSS JOIN (VALUES (%(outstanding)s, 1), (%(receivable)s, -1))
           AS line (account, sign)
"""
)
PAYMENTS = """
    INSERT INTO account_payment (
           name, move_id, journal_id, company_id, state, payment_type, partner_type,
           date, amount, currency_id, partner_id, outstanding_account_id,
           destination_account_id, is_reconciled, is_matched, memo, create_uid,
           create_date, write_uid, write_date)
    SELECT move.name, move.id, %(journal)s, %(company)s, 'in_process',
           CASE WHEN given.amount < 0 THEN 'outbound' ELSE 'inbound' END, 'customer',
           given.day, abs(given.amount), given.currency, move.partner_id,
           %(outstanding)s, %(receivable)s, FALSE, FALSE, given.key, 1, now(), 1, now()
      FROM %(given)s
      JOIN account_move move
        ON move.name = 'P' || given.key AND move.journal_id = %(journal)s
"""
ONLINE_PAYMENTS = """
    INSERT INTO payment_transaction (
           provider_id, company_id, payment_method_id, currency_id, partner_id,
           reference, provider_reference, state, operation, amount, payment_id,
           create_uid, create_date, write_uid, write_date)
    SELECT %(provider)s, %(company)s, %(method)s, given.currency, partner.id,
           'tx-' || given.key, given.key, 'done',
           CASE WHEN given.amount < 0 THEN 'refund' ELSE 'online_direct' END,
           given.amount, payment.id, 1, now(), 1, now()
      FROM %(given)s
      JOIN res_partner partner ON partner.ref = %(mark)s || given.partner
      LEFT JOIN account_payment payment
        ON payment.name = 'P' || given.key AND payment.company_id = %(company)s
"""
