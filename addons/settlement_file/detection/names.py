"""What columns are called, in the languages that files come in."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

FIELD = "field"
# Each line: what it is (a field, or a role other than a field), then names for it.
# English, German, French, Spanish, Italian, Dutch, Portuguese, Swedish, Polish and
# Japanese.
_NAMES = """
gross_amount: gross | gross amount | amount | transaction amount | total amount
gross_amount: total
gross_amount: gesamt | gesamtbetrag | brutto | bruttobetrag | betrag | umsatz | summe
gross_amount: brut | montant brut
gross_amount: montant | importe | importe bruto | bruto | importo | importo lordo
gross_amount: lordo
gross_amount: bedrag | brutobedrag | valor | valor bruto | belopp | kwota
gross_amount: kwota brutto
gross_amount: 金額 | 売上金額 | 取引金額 | 総額 | sale amount | gross sales | price
net_amount: net | net amount | net total | netto | nettobetrag | auszahlungsbetrag
net_amount: montant net | importe neto | neto | importo netto | nettobedrag
net_amount: valor liquido | liquido | nettobelopp | kwota netto | 入金額 | 差引金額
net_amount: 振込金額
net_amount: amount net | settlement amount | payout amount | settled amount
currency: currency | currency code | ccy | cur | währung | waehrung | devise | monnaie
currency: moneda | divisa | valuta | moeda | waluta | 通貨 | transaction currency
currency: settlement currency | balance currency | holding currency | amount currency
account_identifier: account | account id | merchant account | merchant id | merchant
account_identifier: konto | kontonummer | händlernummer | vertragsnummer | compte
account_identifier: cuenta | conto | rekening | conta | estabelecimento | 加盟店番号
account_identifier: company account | location | mid | entity id | client entity id
occurred_at: date | datetime | transaction date | created | created at | timestamp
occurred_at: date time | time | processed on | transaction time | sale date | datum
occurred_at: transaktionsdatum | date de transaction | fecha | fecha de operacion
occurred_at: data
occurred_at: data transazione | transactiedatum | data da venda | data venda
occurred_at: transaktionsdatum | data transakcji | 取引日 | 日付 | 取引日時 | 売上日
occurred_at: 日時
occurred_at: creation date | posted date time | date created | buchungszeit
occurred_at: capture date
booked_on: booking date | posting date | posted date | booked | buchungstag
booked_on: buchungsdatum | date comptable | fecha contable | data contabile
booked_on: boekdatum | bokföringsdag | data księgowania | 計上日 | settlement date
available_on: available on | available | available date | verfügbar ab | payout date
available_on: auszahlungsdatum | data de pagamento | data prevista | deposit date
available_on: 入金予定日
value_date: value date | valuta | valutadatum | wertstellung | date de valeur
value_date: fecha valor | data valuta | data waluty
external_id!: id | transaction id | transaction reference | balance transaction id
external_id!: entry id | txn id | transaction number | transaktions id
external_id!: transaktionsnummer
external_id!: transaktionscode | numero de transaction | id transaccion
external_id!: id transazione
external_id!: transactie id | nsu | codigo da transacao | id da transacao
external_id!: transaktionsid
external_id!: id transakcji | 取引番号 | 取引id | 決済id | resource id
external_id!: transaction code
external_id!: psp reference | unique id | record id | statement item id | item id
source_external_id: payment id | charge id | refund id | source | source id
source_external_id: capture id
source_external_id: paiement | zahlungs id | betalings id | financial action id
parent_external_id: original transaction | parent id | original reference
parent_external_id: original id
order_reference: order | order id | order number | order no | bestellung
order_reference: bestellnummer
order_reference: auftragsnummer | commande | numero de commande | pedido
order_reference: numero do pedido
order_reference: numero de pedido | ordine | numero ordine | bestelling | bestelnummer
order_reference: ordernummer | numer zamówienia | zamówienie | 注文番号
order_reference: merchant reference
order_reference: merchant reference 1 | merchant order id | order name | order code
invoice_reference: invoice | invoice number | invoice id | rechnung | rechnungsnummer
invoice_reference: facture | numero de facture | factura | fattura | factuur
invoice_reference: factuurnummer | fatura | faktura | 請求書番号 | invoice no
payment_reference: reference | payment reference | verwendungszweck | référence
payment_reference: referencia | riferimento | referentie | kenmerk | referens
payment_reference: 参照番号
mandate_reference: mandate | mandate reference | mandat | mandatsreferenz | mandaat
end_to_end_reference: end to end id | end to end reference | end-to-end-referenz
bank_reference: bank reference | bankreferenz | trace id | arn
counterparty_name: customer | customer name | payer | name | buyer | kunde
counterparty_name: kundenname
counterparty_name: zahler | client | nom | cliente | nombre | nome | klant | kund
counterparty_name: klient
counterparty_name: consumer name | card holder | 顧客名 | お客様名 | counterparty
counterparty_email: email | e-mail | customer email | payer email | mail | メール
counterparty_account: iban | customer iban | counterparty account
counterparty_account: account holder iban
card_country: card country | issuing country | country | land | pays | pais | paese
payment_method: payment method | method | card brand | card type | brand | zahlungsart
payment_method: kartentyp | moyen de paiement | metodo de pago | bandeira | metodo
payment_method: betaalmethode | betalningsmetod | 決済方法 | カードブランド | scheme
description: description | beschreibung | text | buchungstext | libellé | descripcion
description: descrizione | omschrijving | descricao | historico | opis | 摘要 | 備考
description: note
description: memo | details | transaction description | notes | product name
presentment_amount: amount customer | customer amount | original amount
presentment_amount: processing amount | local amount | foreign amount
presentment_amount: customer facing amount | gross in processing currency
presentment_currency: original currency | customer currency | processing currency
presentment_currency: customer facing currency | local currency
exchange_rate: exchange rate | fx rate | rate | wechselkurs | taux de change | kurs
exchange_rate: tipo de cambio | tasso di cambio | fx rate applied | wisselkoers
source_version_at: updated at | last updated | modified | changed at
kind!: type | transaction type | reporting category | category | kind | event | typ
kind!: transaktionstyp | transaktionsart | art | vorgang | type de transaction | tipo
kind!: tipo de transaccion | tipo di transazione | tipo de lançamento | lançamento
kind!: soort | typ transakcji | transaktionstyp | 取引種別 | 種別 | 区分
kind!: detailed type
kind!: record type | entry type | event type | balance type | activity type
kind!: status type
fee!: fee | fees | total fee | total fees | transaction fee | processing fee
fee!: commission
fee!: gebühr | gebuehr | gebühren | entgelt | provision | frais | comisión | comision
fee!: commissione | commissioni | kosten | taxa | tarifa | taxa de administracao
fee!: desconto
fee!: avgift | opłata | prowizja | 手数料 | 決済手数料 | deduction | deductions | mdr
fee!: scheme fee | interchange | interchange fee | service fee | markup | fee amount
tax!: tax | vat | vat amount | sales tax on fees | mwst | ust | umsatzsteuer | steuer
tax!: tva
tax!: iva | btw | moms | imposto | podatek | 消費税 | gst | tax on fee | fee vat
tax!: fee tax
debit!: debit | debit amount | withdrawal | paid out | soll | débit | debe | dare
debit!: debet
debit!: débito | 出金 | お支払金額 | charge amount | money out | debits
credit!: credit | credit amount | deposit | paid in | haben | crédit | haber | avere
credit!: crédito | 入金 | お預り金額 | money in | credits
direction!: debit or credit | credit debit indicator | dc | cr dr | direction | sens
direction!: soll haben kennzeichen | soll/haben | s/h | af bij | funding type | d/c
batch!: payout | payout id | settlement id | settlement reference | batch | batch id
batch!: batch number | transfer id | auszahlung | auszahlungsnummer | virement
batch!: abrechnungsnummer | liquidacion | bonifico | uitbetaling | lote
batch!: numero do lote
batch!: utbetalning | wypłata | 入金番号 | 振込番号 | automatic payout id | deposit id
balance!: balance | running balance | saldo | solde | kontostand | 残高
balance!: balance after
"""
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name of a column may mean.

    :ivar role: ``field``, or another role of a column.
    :ivar field: the canonical field, "" for other roles.
    :ivar name: the known name that it is like.
    :ivar score: 3 if it is that name, 2 if that is its main part, 1 if a part.
    """

    role: str
    field: str
    name: str
    score: int


_ROLES = {"external_id": "identity"}


def _plain(name: str) -> str:
    """Return a name in small letters, without accents and with single blanks."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    bare = "".join(
        each
        for each in unicodedata.normalize("NFD", folded)
        if not unicodedata.combining(each) or ord(each) > 0x36F
    )
    spaced = "".join(each if each.isalnum() else " " for each in bare)
    return " ".join(unicodedata.normalize("NFC", spaced).split())


@lru_cache(maxsize=1)
def _known() -> dict[str, tuple[str, str]]:
    known: dict[str, tuple[str, str]] = {}
    for line in _NAMES.strip().splitlines():
        meaning, names = line.split(":", 1)
        role, field = FIELD, meaning
        if meaning.endswith("!"):
            role, field = _ROLES.get(meaning[:-1], meaning[:-1]), ""
        for name in names.split("|"):
            known.setdefault(_plain(name), (role, field))
    return known


def meanings(name: str) -> list[Meaning]:
    """Return what the name of a column may mean, most likely first."""
    plain = _plain(_split_camel(name))[:120]
    compact = plain.replace(" ", "")
    found: list[Meaning] = []
    words = plain.split()
    for known, (role, field) in _known().items():
        score = _likeness(known, plain, compact, words)
        if score:
            found.append(Meaning(role, field, known, score))
    found.sort(key=lambda each: (-each.score, -len(each.name)))
    return found


def _split_camel(name: str) -> str:
    """Put a blank before each capital inside a word: ``TransactionType``."""
    if name.isupper() or not name.isascii():
        return name
    return "".join(
        f" {each}" if each.isupper() and before.islower() else each
        for before, each in zip(f" {name}", name, strict=False)
    )


def _likeness(known: str, plain: str, compact: str, words: list[str]) -> int:
    if known == plain or known.replace(" ", "") == compact:
        return 3
    parts = known.split()
    if len(parts) < len(words) and len(known) > 1:
        if words[-len(parts) :] == parts or words[: len(parts)] == parts:
            return 2
        if any(words[at : at + len(parts)] == parts for at in range(len(words))):
            return 1
    # Where words are not divided, as in Japanese, a part is found inside.
    is_divided = known[:1] in _LATIN
    return 1 if not is_divided and known in compact else 0
