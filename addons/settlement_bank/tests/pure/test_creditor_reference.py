"""Creditor references are believed only with right check digits."""

import pytest

from odoo.addons.settlement_bank.formats.creditor_reference import (
    belgian_in_text,
    verified,
)


@pytest.mark.parametrize(
    ("text", "kind", "issuer", "country", "expected"),
    [
        ("RF18539007547034", "SCOR", "ISO", "DE", "RF18539007547034"),
        ("rf18 5390 0754 7034", "", "", "", "RF18539007547034"),
        ("RF17539007547034", "SCOR", "ISO", "DE", ""),
        ("010806817183", "SCOR", "BBA", "FR", "010806817183"),
        ("+++010/8068/17183+++", "SCOR", "", "BE", "010806817183"),
        ("010806817184", "SCOR", "BBA", "BE", ""),
        ("010806817183", "", "", "DE", ""),
        ("000000009797", "SCOR", "BBA", "BE", "000000009797"),
        ("210000000003139471430009017", "QRR", "", "CH", "210000000003139471430009017"),
        ("210000000003139471430009016", "QRR", "", "CH", ""),
        ("10000000003139471430009017", "QRR", "", "CH", ""),
        ("000000000000000000000000000", "QRR", "", "CH", ""),
        ("1234561", "SCOR", "", "FI", "1234561"),
        ("00000000000001234561", "SCOR", "", "FI", "1234561"),
        ("1234562", "SCOR", "", "FI", ""),
        ("1234561", "", "", "FI", ""),
        ("1234561", "SCOR", "", "DE", ""),
        ("18", "SCOR", "", "SE", "18"),
        ("19", "SCOR", "", "SE", ""),
        ("18", "SCOR", "", "NO", "18"),
        ("123456785", "SCOR", "", "NO", "123456785"),
        ("123456786", "SCOR", "", "NO", ""),
        ("", "SCOR", "ISO", "BE", ""),
        ("RF", "SCOR", "ISO", "BE", ""),
        ("١٢٣٤٥٦١", "SCOR", "", "FI", ""),
    ],
)
def test_verified(text, kind, issuer, country, expected):
    assert verified(text, kind, issuer, country) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("paid +++010/8068/17183+++ thanks", "010806817183"),
        ("***010/8068/17183***", "010806817183"),
        ("+++010806817183+++", "010806817183"),
        ("+++010/8068/17184+++", ""),
        ("010/8068/17183", ""),
        ("+++010/8068/17184+++ +++010/8068/17183+++", "010806817183"),
    ],
)
def test_belgian_reference_in_text(text, expected):
    assert belgian_in_text(text) == expected
