import json
from dataclasses import replace
from decimal import Decimal

from ..planning.accounts import FeeTax, TaxShare
from ..planning.rows import Booking


class Bookings:
    """Where the codes of one backend are booked, as people have decided."""

    def __init__(self, backend):
        # Who posts need not be somebody who may read mappings.
        self.mappings = backend.env["settlement.mapping"].sudo()
        self.rules = self.mappings._rules_of(backend)
        self._known = {}

    def of(self, code, amount, currency, day):
        """Return the Booking of a row, or None where no mapping says more than a kind.

        :param amount: signed; only its sign matters.
        :param currency: ISO 4217 code of the wallet.
        :param day: when the row was booked.
        """
        rule = self.rules.find(code, amount, currency, day) if code else None
        if rule is None:
            return None
        if rule.id not in self._known:
            self._known[rule.id] = self._booking(self.mappings.browse(rule.id))
        return self._known[rule.id]

    def with_bookings(self, rows, currency):
        """Return planning rows with what their codes say; ``currency`` is a code."""
        if not self.rules:
            return rows
        return [
            replace(row, booking=booking)
            if (
                booking := self.of(
                    row.source_code, row.gross or row.net, currency, row.booked_on
                )
            )
            else row
            for row in rows
        ]

    def _booking(self, mapping):
        if not mapping._is_booked():
            return None
        analytic = mapping.analytic_distribution
        return Booking(
            mapping_id=mapping.id,
            account_id=mapping.account_id.id or 0,
            partner_id=mapping.partner_id.id or 0,
            tax=planning_tax(mapping.tax_id),
            analytic=json.dumps(analytic, sort_keys=True) if analytic else "",
        )


def planning_tax(tax):
    """Return an account.tax as a plan needs it, None where there is none."""
    if not tax:
        return None
    lines = tax.invoice_repartition_line_ids
    base = lines.filtered(lambda line: line.repartition_type == "base")
    return FeeTax(
        tax_id=tax.id,
        percent=Decimal(str(tax.amount)),
        base_tag_ids=tuple(base.tag_ids.ids),
        shares=tuple(
            TaxShare(
                repartition_line_id=line.id,
                account_id=line.account_id.id or 0,
                factor=Decimal(str(line.factor_percent)) / 100,
                tag_ids=tuple(line.tag_ids.ids),
            )
            for line in lines - base
        ),
    )
