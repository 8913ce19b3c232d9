"""Files of providers that do not exist, made from a seed, with what is true of them."""

import random
from datetime import date, timedelta
from decimal import Decimal

# What a column is for → names that a provider may have given it.
NAMES = {
    "identity": ("Vorgang", "Ledger key", "Nº de trámite", "Movement", "Rfx"),
    "kind": ("Art", "Flow", "Concepto", "Class", "Qty"),
    "booked_on": ("Buchung", "Day of entry", "Fecha", "Value day", "Dato"),
    "gross_amount": ("Betrag", "Moved", "Importe", "Sum total", "Beløb"),
    "fee": ("Kosten", "Our cut", "Comisión", "Charge", "Gebyr"),
    "currency": ("Whg", "Money unit", "Divisa", "Cur.", "Valuta"),
    "invoice_reference": ("Beleg", "Your paper", "Factura", "Doc ref", "Bilag"),
}
LABELS = {
    "identity": "Id of the row",
    "kind": "Says what the row is",
    "booked_on": "Booking date",
    "gross_amount": "Gross amount",
    "fee": "Fee",
    "currency": "Currency",
    "invoice_reference": "Invoice number",
}
KINDS = {"charge": ("VK", "incoming", "VENTA"), "refund": ("RK", "outgoing", "ABONO")}
NOISE = ("Colour", "Region", "Shop till")
DATE_FORMATS = ("%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y", "%Y%m%d", "%d-%m-%y")


class UnseenFile:
    """One shape of file and some rows in it."""

    def __init__(self, seed, count=7):
        self.seed = seed
        self.random = random.Random(seed)
        pick = self.random.choice
        self.separator = pick((";", "|", "\t", ","))
        self.decimal = "." if self.separator == "," else pick((",", "."))
        self.date_format = pick(DATE_FORMATS)
        self.columns = {pick(names): use for use, names in NAMES.items()}
        self.values = {kind: pick(words) for kind, words in KINDS.items()}
        order = [*self.columns, *self.random.sample(NOISE, 2)]
        self.random.shuffle(order)
        self.order = order
        self.rows = [self._row(number) for number in range(1, count + 1)]

    def _row(self, number):
        is_back = number % 4 == 0
        amount = Decimal(self.random.randint(100, 200000)) / 100
        fee = (amount * Decimal("0.02")).quantize(Decimal("0.01"))
        return {
            "identity": f"M{self.seed}-{number:03}",
            "kind": "refund" if is_back else "charge",
            # A day after the twelfth, so that day and month cannot be confused.
            "booked_on": date(2026, 1, 13) + timedelta(days=number),
            "gross_amount": -amount if is_back else amount,
            "fee": Decimal("0.00") if is_back else fee,
            "currency": "EUR",
            "invoice_reference": f"INV/2026/{number:05}",
        }

    def _text(self, row, use):
        value = row[use]
        if use == "kind":
            return self.values[value]
        if isinstance(value, date):
            return value.strftime(self.date_format)
        if isinstance(value, Decimal):
            return str(value).replace(".", self.decimal)
        return value

    def _line(self, row):
        return self.separator.join(
            self._text(row, self.columns[name]) if name in self.columns else "x"
            for name in self.order
        )

    @property
    def content(self):
        """Return the bytes of the file."""
        lines = [self.separator.join(self.order), *map(self._line, self.rows)]
        return "\r\n".join([*lines, ""]).encode()

    @property
    def net(self):
        """Return what all rows together bring."""
        return sum(row["gross_amount"] - row["fee"] for row in self.rows)
