"""Names, accounts and references that look like real ones."""

from __future__ import annotations

import string
from random import Random

FIRST = (
    "Adler Bergmann Castell Dufour Ekholm Fiedler Garnier Halvorsen Ivanova Janssen "
    "Keller Lindqvist Moreau Nakamura Okafor Petrov Quintero Rossi Schubert Tanaka "
    "Ueda Vogel Weber Xanthos Yilmaz Zimmer Almasri Benali Costa Dvorak Eriksen Fonseca"
).split()
SECOND = (
    "Apotheke Bakery Cycles Dental Electric Foods Gardens Hosting Imports Joinery "
    "Kitchens Logistics Marine Nursery Optics Printing Quarry Roofing Studios Textiles "
    "Upholstery Ventures Winery Yachts Zoo Ceramics Bearings Pumps Analytics Robotics"
).split()
FORMS = ("GmbH", "AG", "Ltd", "SARL", "BV", "AS", "Oy", "SpA", "LLC", "KK", "WLL", "SE")
# Letters before the digits of an account, and how many digits.
ACCOUNTS = {"EUR": ("DE", 18), "USD": ("AT", 16), "JPY": ("FR", 23), "KWD": ("SA", 20)}


def company_name(random: Random, number: int) -> str:
    """Return a name that nobody else has: one word of it is coined."""
    coined = "".join(
        random.choice(consonants) + random.choice("aeiou")
        for consonants in ("bdfgklmnprstvz",) * 3
    ).capitalize()
    middle = FIRST[number % len(FIRST)]
    return f"{coined} {middle} {random.choice(SECOND)} {random.choice(FORMS)}"


def digits(random: Random, length: int) -> str:
    """Return a string of digits."""
    return "".join(random.choices(string.digits, k=length))


def iban(random: Random, currency: str) -> str:
    """Return an account number with check digits."""
    country, length = ACCOUNTS[currency]
    body = digits(random, length)
    return f"{country}{mod97(body, country)}{body}"


def mod97(body: str, prefix: str) -> str:
    """Return the two check digits of ISO 7064 mod 97-10."""
    number = "".join(str(int(character, 36)) for character in f"{body}{prefix}00")
    return f"{98 - int(number) % 97:02d}"


def rf_reference(random: Random) -> str:
    """Return an ISO 11649 creditor reference."""
    body = digits(random, random.randint(8, 15))
    return f"RF{mod97(body, 'RF')}{body}"


def belgian_reference(random: Random) -> str:
    """Return a Belgian structured communication, twelve digits."""
    body = "1" + digits(random, 9)
    return f"{body}{int(body) % 97 or 97:02d}"


def swiss_reference(random: Random) -> str:
    """Return a Swiss QR reference, 27 digits with a recursive check digit."""
    table = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)
    body = "2" + digits(random, 25)
    carry = 0
    for digit in body:
        carry = table[(carry + int(digit)) % 10]
    return f"{body}{(10 - carry) % 10}"


def luhn_reference(random: Random, length: int = 9) -> str:
    """Return a number whose last digit is that of Luhn: Norwegian KID, Swedish OCR."""
    body = "3" + digits(random, length - 1)
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return f"{body}{(10 - total % 10) % 10}"


def finnish_reference(random: Random) -> str:
    """Return a Finnish reference number, weights 7 3 1."""
    body = "4" + digits(random, 9)
    total = sum(
        int(digit) * (7, 3, 1)[place % 3] for place, digit in enumerate(reversed(body))
    )
    return f"{body}{(10 - total % 10) % 10}"


def with_wrong_digit(random: Random, reference: str) -> str:
    """Return a reference with one digit wrong."""
    places = [place for place, each in enumerate(reference) if each.isdigit()]
    place = random.choice(places[2:])
    wrong = random.choice([each for each in string.digits if each != reference[place]])
    return reference[:place] + wrong + reference[place + 1 :]
