"""Which canonical kind a value of a file may stand for."""

from __future__ import annotations

from .names import _plain

# The first line whose word is in the value decides, so the special come first.
_WORDS = """
refund_failure: refund failure | failed refund | returned refund | refund reversal
dispute_fee: chargeback fee | dispute fee
dispute_reversal: chargeback reversal | dispute reversal | dispute won
dispute_reversal: chargeback reversed
dispute: chargeback | dispute | rückbuchung | rücklastschrift | impayé | contracargo
fee_refund: fee refund | fee reversal | fee credit | refund commission
payout_failure: payout failure | returned payout | canceled transfer | payout reversal
reserve_release: reserve release | release | balance reserve return
reserve_hold: reserve | hold | holdback | einbehalt
refund: refund | return | credit note | gutschrift | erstattung | rückerstattung
refund: rimborso
refund: remboursement | reembolso | devolución | terugbetaling | återbetalning | zwrot
refund: estorno | cancelamento | 返金 | 取消 | storno | refunded
payout: payout | withdrawal | transfer to bank | settlement transfer | auszahlung
payout: deposit
payout: outgoing transfer | virement | transferencia | bonifico | uitbetaling
payout: pagamento
payout: utbetalning | wypłata | 振込 | disbursement | automatic payout
withholding: withholding | withheld tax
pass_through_tax: marketplace facilitator tax
tax: tax | vat | mwst | tva | iva | btw | moms | imposto | 消費税
fee: fee | commission | gebühr | entgelt | frais | comisión | commissione | kosten
fee: tarifa
fee: taxa | avgift | opłata | prowizja | 手数料 | invoice | subscription | aluguel
conversion: conversion | currency exchange
topup: top up | topup
financing_repayment: loan repayment | capital payment | paydown
transfer: transfer | übertrag
adjustment: adjustment | correction | korrektur | ajuste
charge: charge | payment | sale | capture | purchase | order | settled | verkauf
charge: zahlung
charge: vente | paiement | venta | venda | vendita | pagamento ricevuto | verkoop
charge: betaling | försäljning | betalning | sprzedaż | płatność | 売上 | 決済
charge: principal
charge: paid | umsatz | kartenumsatz | payment paid out | credit card | transaction
charge: kartenzahlung | item price
"""
_KINDS: list[tuple[str, str]] = [
    (_plain(word), line.split(":", 1)[0])
    for line in _WORDS.strip().splitlines()
    for word in line.split(":", 1)[1].split("|")
]


def kind_of_value(value: str) -> str:
    """Return the kind that a value seems to stand for, "" if none does."""
    plain = f" {_plain(value.replace('_', ' '))} "
    for word, kind in _KINDS:
        if f" {word} " in plain or (not word.isascii() and word in plain):
            return kind
    # A plural, or the end of a compound word.
    for word, kind in _KINDS:
        if f" {word}s " in plain or (len(word) > 5 and word in plain):
            return kind
    return ""
