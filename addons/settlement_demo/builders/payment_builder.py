"""Payments that Odoo itself took over its payment provider."""

from odoo.fields import Command

from odoo.addons.settlement.canonical import money

PROVIDER = "Stripe"
CHUNK = 50


class PaymentBuilder:
    """Creates payment transactions with their payments, by Odoo's own flow.

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
        provider = self._provider()
        known = self.env["payment.transaction"].search(
            [("company_id", "=", self.company.id)]
        )
        by_reference = {tx.provider_reference: tx for tx in known}
        result = {}
        for number, payment in enumerate(company_world.online_payments, 1):
            result[payment.key] = by_reference.get(
                payment.provider_reference
            ) or self._create(payment, provider, moves[payment.document])
            if checkpoint and not number % CHUNK:
                checkpoint()
        return result

    def _provider(self):
        providers = self.env["payment.provider"]
        known = providers.search(
            [("company_id", "=", self.company.id), ("name", "=", PROVIDER)], limit=1
        )
        return known or providers.create(
            {"name": PROVIDER, "code": "none", "company_id": self.company.id}
        )

    def _create(self, payment, provider, invoice):
        """Let a customer pay an invoice online, on the day of the payment."""
        exponent = money.exponent(payment.currency)
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": self.env.ref("payment.payment_method_card").id,
                "reference": payment.reference,
                "provider_reference": payment.provider_reference,
                "amount": float(money.from_minor(payment.amount, exponent)),
                "currency_id": invoice.currency_id.id,
                "partner_id": invoice.partner_id.id,
                "operation": "online_redirect",
                "invoice_ids": [Command.set(invoice.ids)],
            }
        )
        transaction._set_done()
        # The post-processing of Odoo takes today as the day of the payment.
        line = self._method_line(payment.currency)
        transaction._create_payment(
            date=payment.day,
            journal_id=line.journal_id.id,
            payment_method_line_id=line.id,
        )
        transaction.is_post_processed = True
        return transaction

    def _method_line(self, currency):
        """Return how the journal takes payments: over Outstanding Receipts."""
        line = self.journals[currency].inbound_payment_method_line_ids[:1]
        if not line.payment_account_id:
            line.payment_account_id = self._outstanding_account()
        return line

    def _outstanding_account(self):
        charts = self.env["account.chart.template"].with_company(self.company)
        return charts.ref("account_journal_payment_debit_account_id")
