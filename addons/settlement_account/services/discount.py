import json
from dataclasses import replace

from ..planning.plan import PlannedLine
from .errors import PostingError


class Discount:
    """The early-payment discount of a document as Odoo itself would book it.

    With tax included in the discount, the tax of the document is corrected; otherwise
    all of it goes to the account for cash discounts.
    """

    def __init__(self, env, company):
        self.env = env
        self.company = company

    def account(self, minor):
        """Return the account of a discount that costs us (positive) or is ours.

        :raises PostingError: if the company has none.
        """
        name = (
            "account_journal_early_pay_discount_loss_account_id"
            if minor > 0
            else "account_journal_early_pay_discount_gain_account_id"
        )
        if account := self.company[name]:
            return account
        field = self.company._fields[name]
        raise PostingError(
            "unknown_mapping",
            self.env._(
                "%(company)s has no “%(field)s”: choose one in the settings of "
                "Invoicing, then run again.",
                company=self.company.name,
                field=field._description_string(self.env),
            ),
            ("map",),
        )

    def lines(self, match, difference):
        """Return the lines of the discount that the terms of a document grant.

        :raises PostingError: if the tax of it is not certain.
        """
        self.account(difference.amount)
        items = self._items(match)
        if any(self._is_cash_basis(item.move_id) for item in items):
            raise self._uncertain(match)
        lines = [
            self._line(match, difference, values, role)
            for item in items
            for role, values in self._values(item)
        ]
        lines = [line for line in lines if line.amount or line.balance]
        if sum(line.amount for line in lines) != difference.amount:
            raise self._not_granted(match)
        return self._with_bases(lines)

    def _items(self, match):
        """Return the items of a match that have a discount, on the day it was paid."""
        items = self.env["account.move.line"].browse(
            [target.move_line_id for target in match.targets]
        )
        return items.filtered(
            lambda item: item.move_id.invoice_payment_term_id.early_discount
            and item.discount_date
            and match.booked_on <= item.discount_date
        )

    def _is_cash_basis(self, document):
        return any(
            tax.tax_exigibility == "on_payment" for tax in document.line_ids.tax_line_id
        )

    def _values(self, item):
        """Return (role, values of a line) as Odoo computes them for an open document.

        Odoo takes the part that is open yet for the part that is paid with discount.
        The money of the payment is booked already: for this question it is not.
        """
        item.env.flush_all()
        residual = item._fields["amount_residual_currency"]
        residual._update_cache(item, item.amount_currency)
        try:
            document = item.move_id
            compute = "_get_invoice_counterpart_amls_for_early_payment_discount"
            found = getattr(document, f"{compute}_per_payment_term_line")()
        finally:
            item.invalidate_recordset(["amount_residual_currency"], flush=False)
        return [
            (role, {**grouping, **values})
            for kind, role in (
                ("term_lines", "difference"),
                ("base_lines", "difference"),
                ("tax_lines", "discount_tax"),
            )
            for grouping, values in found[kind][item].items()
        ]

    def _line(self, match, difference, values, role):
        """Return one line of Odoo's as a planned one."""
        repartition_line_id = values.get("tax_repartition_line_id") or 0
        tax_ids = self._ids(values.get("tax_ids"))
        if len(tax_ids) > 1 or (repartition_line_id and tax_ids):
            raise self._uncertain(match)
        currency = self.env["res.currency"].browse(difference.currency_id)
        amount = self._minor(values["amount_currency"], currency)
        distribution = values.get("analytic_distribution")
        return PlannedLine(
            role=role,
            account_id=values["account_id"],
            partner_id=values.get("partner_id") or 0,
            name=values["name"],
            amount=amount,
            currency_id=difference.currency_id,
            amount_currency=amount,
            balance=self._minor(values["balance"], self.company.currency_id),
            transaction_id=difference.transaction_id,
            match_id=difference.match_id,
            tax_id=tax_ids[0] if tax_ids else 0,
            repartition_line_id=repartition_line_id,
            tag_ids=tuple(self._ids(values.get("tax_tag_ids"))),
            analytic=json.dumps(distribution, sort_keys=True) if distribution else "",
        )

    def _with_bases(self, lines):
        """Give each line of tax the base that stands beside it."""
        repartitions = self.env["account.tax.repartition.line"]
        planned = []
        for line in lines:
            if line.repartition_line_id:
                tax = repartitions.browse(line.repartition_line_id).tax_id
                base = sum(other.balance for other in lines if other.tax_id == tax.id)
                line = replace(line, tax_base=base)
            planned.append(line)
        return planned

    def _ids(self, commands):
        """Return the ids that Odoo's commands set."""
        return [
            record_id for command in commands or () for record_id in command[2] or ()
        ]

    def _minor(self, amount, currency):
        return round(currency.round(amount) * 10**currency.decimal_places)

    def _not_granted(self, match):
        return PostingError(
            "tax_mismatch",
            self.env._(
                "%(document)s: its terms grant another discount on %(day)s, or none, "
                "so the tax of the difference is not known. Undo the match and match "
                "it as a part payment, or by a rule that says what the difference is.",
                document=match.name,
                day=match.booked_on,
            ),
        )

    def _uncertain(self, match):
        return PostingError(
            "tax_mismatch",
            self.env._(
                "%(document)s: its discount changes a tax in a way that is not "
                "certain (several taxes on one line, a tax on a tax, or a tax that is "
                "due on payment). Undo the match, register the payment with its "
                "discount on the document, and match again.",
                document=match.name,
            ),
        )
