"""Customers and suppliers with names, addresses and bank accounts."""

from __future__ import annotations

from random import Random

from .identifiers import Identifiers
from .records import CompanyPlan, Party

_FIRST = {
    "DE": "Anna Ben Clara David Emma Felix Greta Hannes Ida Jonas Klara Lukas Mia "
    "Noah Paula Rolf Sofie Tim Uta Vera",
    "JP": "Akari Daiki Emi Haruto Kaito Mei Ren Sakura Sora Yui",
    "KW": "Ahmad Dalal Fahad Hessa Khalid Lulwa Nasser Reem Salem Yara",
}
_LAST = {
    "DE": "Albrecht Brandt Conrad Dietrich Engel Fuchs Graf Hartmann Jansen Keller "
    "Lorenz Maurer Neumann Ott Peters Reuter Seidel Thiele Vogel Winkler",
    "JP": "Abe Fujita Hayashi Inoue Kato Matsuda Nakamura Ogawa Saito Yamada",
    "KW": "Adwani Bahar Fadhel Ghanim Haddad Kazemi Mutairi Qattan Rashidi Saleh",
}
_SUPPLIERS = {
    "DE": (
        "Kontor Papier GmbH",
        "Spedition Weser KG",
        "Rhein Energie AG",
        "Mietwerk Immobilien GmbH",
        "Büro Lindner OHG",
        "Stadtwerke Aue GmbH",
    ),
    "JP": ("Aoba Paper KK", "Minato Transport KK", "Kita Energy KK"),
    "KW": ("Burgan Paper WLL", "Salmiya Transport WLL"),
}
_ABROAD = {
    "DE": ("DE", "DE", "DE", "DE", "AT", "FR", "GB", "US"),
    "JP": ("JP", "JP", "JP", "US"),
    "KW": ("KW", "KW", "AE"),
}


def draw_parties(plan: CompanyPlan, random: Random, ids: Identifiers) -> list[Party]:
    """Return the customers and suppliers of a company; no two names are equal."""
    return [
        *(_customer(plan, random, ids, n, name) for n, name in _names(plan, random)),
        *(_supplier(plan, ids, n, name) for n, name in _suppliers(plan)),
    ]


def _names(plan: CompanyPlan, random: Random) -> list[tuple[int, str]]:
    first, last = (table[plan.country].split() for table in (_FIRST, _LAST))
    pairs = [f"{given} {family}" for family in last for given in first]
    return list(enumerate(random.sample(pairs, plan.customers), 1))


def _customer(
    plan: CompanyPlan, random: Random, ids: Identifiers, number: int, name: str
) -> Party:
    country = random.choice(_ABROAD[plan.country])
    local_part = name.lower().replace(" ", ".")
    return Party(
        key=f"{plan.code}-c{number}",
        name=name,
        email=f"{local_part}@{plan.code}-customers.example",
        country=country,
        account=ids.account(country),
    )


def _suppliers(plan: CompanyPlan) -> list[tuple[int, str]]:
    return list(enumerate(_SUPPLIERS[plan.country][: plan.suppliers], 1))


def _supplier(plan: CompanyPlan, ids: Identifiers, number: int, name: str) -> Party:
    return Party(
        key=f"{plan.code}-s{number}",
        name=name,
        email=f"billing{number}@{plan.code}-suppliers.example",
        country=plan.country,
        account=ids.account(plan.country),
        is_supplier=True,
    )
