"""Payments that Odoo itself took over its payment provider."""

from odoo.fields import Command

from odoo.addons.settlement.canonical import money

PROVIDER = "Stripe"
CHUNK = 200


class PaymentBuilder:
    """Creates payment transactions with their payments, as Odoo's own flow does.

    Odoo makes one payment at a time; here many are made at once, with the same values.

    :param env: environment of the superuser.
    :param journals: currency code → bank journal in which the payments are made.
    """

    def __init__(self, env, company, journals):
        self.env = env(context={**env.context, "allowed_company_ids": company.ids})
        self.company = company.with_env(self.env)
        self.journals = journals

    def build(self, company_world, moves, checkpoint=None):
        """Create the payments that are not there yet.

        :param moves: document key → account.move record.
        :param checkpoint: commits after each chunk, or None.
        :return: dict of payment key → payment.transaction record.
        """
        result = self._known(company_world.online_payments)
        missing = [p for p in company_world.online_payments if p.key not in result]
        for start in range(0, len(missing), CHUNK):
            chunk = missing[start : start + CHUNK]
            invoices = [moves[payment.document] for payment in chunk]
            transactions = self._transactions(chunk, invoices)
            self._book(
                [
                    (payment, transaction, invoice.with_env(self.env))
                    for payment, transaction, invoice in zip(
                        chunk, transactions, invoices, strict=True
                    )
                    if payment.is_booked
                ]
            )
            for payment, transaction in zip(chunk, transactions, strict=True):
                result[payment.key] = transaction
            if checkpoint:
                checkpoint()
        return result

    def _known(self, payments):
        """Return the transactions that exist already, by the keys of payments."""
        known = self.env["payment.transaction"].search(
            [("company_id", "=", self.company.id)]
        )
        by_reference = {each.provider_reference: each for each in known}
        return {
            payment.key: by_reference[payment.provider_reference]
            for payment in payments
            if payment.provider_reference in by_reference
        }

    def _provider(self):
        providers = self.env["payment.provider"]
        known = providers.search(
            [("company_id", "=", self.company.id), ("name", "=", PROVIDER)], limit=1
        )
        return known or providers.create(
            {"name": PROVIDER, "code": "none", "company_id": self.company.id}
        )

    def _transactions(self, payments, invoices):
        """Return what customers did online: transactions that are done."""
        provider = self._provider()
        method = self.env.ref("payment.payment_method_card")
        transactions = self.env["payment.transaction"].create(
            [
                {
                    "provider_id": provider.id,
                    "payment_method_id": method.id,
                    "reference": payment.reference,
                    "provider_reference": payment.provider_reference,
                    "amount": _major(payment),
                    "currency_id": invoice.currency_id.id,
                    "partner_id": invoice.partner_id.id,
                    "operation": "online_redirect",
                    "invoice_ids": [Command.set(invoice.ids)],
                }
                for payment, invoice in zip(payments, invoices, strict=True)
            ]
        )
        transactions._set_done()
        # What is booked here is not to be booked again by the scheduled action, and
        # what is not booked has been given up by it.
        transactions.is_post_processed = True
        return transactions

    def _book(self, triples):
        """Make the payment entries of transactions and reconcile their invoices.

        :param triples: (OnlinePayment, payment.transaction, account.move).
        """
        if not triples:
            return
        made = self.env["account.payment"].create(
            [self._payment_values(*triple) for triple in triples]
        )
        made.action_post()
        plan = []
        for (_payment, transaction, invoice), entry in zip(triples, made, strict=True):
            transaction.payment_id = entry
            lines = (entry.move_id | invoice).line_ids
            plan.append(
                lines.filtered(
                    lambda line, account=entry.destination_account_id: (
                        line.account_id == account
                    )
                )
            )
        self.env["account.move.line"]._reconcile_plan(plan)

    def _payment_values(self, payment, transaction, invoice):
        """Return what Odoo gives the payment of an online transaction."""
        line = self._method_line(payment.currency)
        terms = invoice.line_ids.filtered(
            lambda term: term.display_type == "payment_term"
        )
        return {
            "date": payment.day,
            "amount": transaction.amount,
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": invoice.commercial_partner_id.id,
            "currency_id": transaction.currency_id.id,
            "journal_id": line.journal_id.id,
            "company_id": self.company.id,
            "payment_method_line_id": line.id,
            "payment_transaction_id": transaction.id,
            "memo": f"{transaction.reference} - {transaction.provider_reference}",
            "invoice_ids": [Command.set(invoice.ids)],
            "destination_account_id": terms[:1].account_id.id,
        }

    def _method_line(self, currency):
        """Return how the journal takes payments: over Outstanding Receipts."""
        line = self.journals[currency].inbound_payment_method_line_ids[:1]
        if not line.payment_account_id:
            line.payment_account_id = self._outstanding_account()
        return line

    def _outstanding_account(self):
        charts = self.env["account.chart.template"].with_company(self.company)
        return charts.ref("account_journal_payment_debit_account_id")


def _major(payment):
    exponent = money.exponent(payment.currency)
    return float(money.from_minor(payment.amount, exponent))
