import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

CODES = re.compile(r"[A-Z]{3}(\s*,\s*[A-Z]{3})*")


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    connector = fields.Selection(
        selection_add=[("paypal", "PayPal")],
        ondelete={"paypal": lambda backends: backends._retire()},
    )
    paypal_whole_currencies = fields.Char(
        "Whole Amounts in Reports",
        help="Codes of the currencies that PayPal's report files of this account write "
        "without decimals, such as JPY. By default all amounts are hundredths. Where "
        "this is wrong, the balance in the report is not the one that PayPal shows.",
    )

    paypal_webhook_check = fields.Selection(
        [("certificate", "PayPal's certificate"), ("call", "A call to PayPal")],
        string="Verify Events By",
        required=True,
        default="certificate",
        help="The certificate is fetched once a day and verified on this server. The "
        "call asks PayPal about every single event, with the keys of the app.",
    )

    @api.constrains("paypal_whole_currencies")
    def _check_paypal_whole_currencies(self):
        for backend in self.filtered("paypal_whole_currencies"):
            if not CODES.fullmatch(backend.paypal_whole_currencies.strip()):
                raise ValidationError(
                    self.env._(
                        "%(codes)s are no currency codes; write them as JPY, HUF.",
                        codes=backend.paypal_whole_currencies,
                    )
                )

    def _paypal_decimals(self):
        """Return the decimals of amounts in report files, where they are not two.

        :return: dict of currency code → number of decimals.
        """
        self.ensure_one()
        return dict.fromkeys(
            re.findall("[A-Z]{3}", self.paypal_whole_currencies or ""), 0
        )
