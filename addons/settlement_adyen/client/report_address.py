"""Where a report of Adyen is, and which batch it is about.

A report has a name inside a merchant or company account. All that is asked of Adyen is
made of those two; the address that an event brings is compared with them and not used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from odoo.addons.settlement.canonical.errors import BusinessError

LIVE_URL = "https://ca-live.adyen.com"
TEST_URL = "https://ca-test.adyen.com"
DOWNLOADS = "/reports/download"
MERCHANT, COMPANY = "MerchantAccount", "Company"

# Nothing in a name may lead to another folder or add a query.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,149}", re.ASCII)
_ACCOUNT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9 ._-]{0,79}", re.ASCII)
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.adyen\.com", re.ASCII)
# Parsers of addresses leave other letters out, each in its own way.
_URL = re.compile(r"[!-~]+", re.ASCII)
_SETTLEMENT = re.compile(
    r"settlement_detail_report_batch_([1-9]\d{0,8})\.csv", re.ASCII
)
# Text between the parts of a target; in no account and no name.
_BAR = "|"


@dataclass(frozen=True, slots=True)
class ReportAddress:
    """One report: the account it belongs to, and its file name there.

    :raises BusinessError: if one of them cannot be part of an address.
    """

    account: str
    filename: str
    scope: str = MERCHANT

    def __post_init__(self) -> None:
        if not _ACCOUNT.fullmatch(self.account):
            raise BusinessError(
                f"{self.account!r} is no name of a merchant account of Adyen. Correct "
                "the account of the wallet."
            )
        if not _NAME.fullmatch(self.filename) or self.scope not in (MERCHANT, COMPANY):
            raise BusinessError(f"{self.filename!r} is no name of a report of Adyen.")

    @classmethod
    def of_batch(cls, account: str, number: int) -> ReportAddress:
        """Return the settlement details report of a batch."""
        return cls(account, f"settlement_detail_report_batch_{number}.csv")

    @property
    def path(self) -> str:
        """Return the path below the address of Adyen."""
        account = quote(self.account, safe="")
        return f"{DOWNLOADS}/{self.scope}/{account}/{self.filename}"

    @property
    def target(self) -> str:
        """Return it as one text; see :func:`of_target`."""
        return _BAR.join((self.scope, self.account, self.filename))


def of_target(target: str) -> ReportAddress:
    """Return the report that a text names."""
    scope, account, filename = target.split(_BAR)
    return ReportAddress(account, filename, scope)


def number_of(filename: str) -> int:
    """Return the batch that a settlement details report is about, 0 if it is none."""
    found = _SETTLEMENT.fullmatch(filename)
    return int(found[1]) if found else 0


def of_announcement(account: str, filename: str, url: str) -> ReportAddress:
    """Return the report of an event, if its address is the one that Adyen would give.

    :param account: merchant account of the event, which is signed, like ``filename``.
    :param url: what the event calls its address, which is not.
    :raises BusinessError: if it is another one.
    """
    for scope in (MERCHANT, COMPANY):
        report = ReportAddress(account, filename, scope)
        if _path_at_adyen(url) == f"{DOWNLOADS}/{scope}/{account}/{filename}":
            return report
    raise BusinessError(
        f"The event about {filename} names an address that is none of Adyen's reports; "
        "nothing was fetched."
    )


def _path_at_adyen(url: str) -> str:
    """Return the path of an https address of Adyen, "" for any other text."""
    if not _URL.fullmatch(url):
        return ""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    is_plain = not (parts.query or parts.fragment) and "@" not in parts.netloc
    is_https = parts.scheme == "https" and port in (None, 443)
    is_adyen = _HOST.fullmatch(parts.hostname or "")
    return unquote(parts.path) if is_plain and is_https and is_adyen else ""
