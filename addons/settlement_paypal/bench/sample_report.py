"""A settlement report of any length, written as PayPal writes it."""

from __future__ import annotations

from typing import BinaryIO

_HEAD = (
    '"RH","2026/01/07 04:12:13 -0800","A","ZBENCHACCOUNT","009"\r\n'
    '"FH","01"\r\n'
    '"SH","2026/01/06 00:00:00 -0800","2026/01/06 23:59:59 -0800",'
    '"ZBENCHACCOUNT",""\r\n'
    '"CH","Transaction ID","Invoice ID","PayPal Reference ID",'
    '"PayPal Reference ID Type","Transaction Event Code",'
    '"Transaction Initiation Date","Transaction Completion Date",'
    '"Transaction Debit or Credit","Gross Transaction Amount",'
    '"Gross Transaction Currency","Fee Debit or Credit","Fee Amount","Fee Currency",'
    '"Custom Field","Consumer ID","Payment Tracking ID","Store ID",'
    '"Bank Reference ID","Credit Transactional Fee","Credit Promotional Fee",'
    '"Credit Term"\r\n'
)


def write_report(file: BinaryIO, rows: int) -> None:
    """Write a report of so many payments, its footers included."""
    file.write(b"\xef\xbb\xbf" + _HEAD.encode())
    gross = fees = 0
    for number in range(rows):
        amount, fee = number % 50_000 + 500, number % 700 + 30
        gross, fees = gross + amount, fees + fee
        file.write(_row(number, amount, fee).encode())
    net = gross - fees
    file.write(
        f'"SF","USD","{gross}","0","0","{fees}","CR","0","CR","{net}",'
        f'"CR","0","CR","{net}","CR","0","CR","0","{rows}"\r\n'
        f'"SC","{rows}"\r\n"RC","{rows}"\r\n"FF","{rows}"\r\n'.encode()
    )


def _row(number: int, amount: int, fee: int) -> str:
    at = f"2026/01/06 {number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}"
    return (
        f'"SB","{number:08}AB345CD67","INV/2026/{number:07}","O{number:016}","ODR",'
        f'"T0006","{at} -0800","{at} -0800","CR","{amount}","USD","DR","{fee}","USD",'
        f'"SO{number}","PAYER{number % 997}","","","","","",""\r\n'
    )
