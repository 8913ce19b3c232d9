"""The one call of Adyen's that a settlement needs: download a report."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

from odoo.addons.settlement.canonical.errors import AuthenticationError, TransientError
from odoo.addons.settlement_connector.client.http import HttpClient

from .report_address import ReportAddress

# Smaller reports stay in memory.
SPOOL_BYTES = 1 << 20
# The largest report that the inbox can count.
LARGEST = 2**31 - 1
# Seconds for one report.
DEADLINE = 1800.0
NO_KEYS = (
    "There is no key. Store an API key of Adyen as the credential api_key, or the name "
    "and the password of a report user as report_user and report_password."
)
# What proxies and error pages send with status 200; no report begins like that.
_NO_REPORT = (b"<", b"{")


@dataclass(frozen=True, slots=True)
class Keys:
    """What a backend is known by; all of it is secret.

    :param api_keys: newest first, like the others: while one is replaced, both are
        there.
    """

    api_keys: Sequence[str] = field(default=(), repr=False)
    users: Sequence[str] = field(default=(), repr=False)
    passwords: Sequence[str] = field(default=(), repr=False)

    def ways(self) -> Iterator[dict[str, Any]]:
        """Yield the options of a call for each way to log in, best first."""
        for key in self.api_keys:
            yield {"headers": {"X-API-Key": key}}
        for user in self.users:
            for password in self.passwords:
                yield {"auth": (user, password)}


class AdyenClient:
    """Read-only Adyen.

    :param http: client for the host of the reports; it repeats what may be repeated.
    """

    def __init__(self, http: HttpClient, keys: Keys) -> None:
        self._http = http
        self._ways = list(keys.ways())

    def __repr__(self) -> str:
        """Say what it is, not what it holds."""
        return "AdyenClient(***)"

    def report(self, report: ReportAddress) -> BinaryIO:
        """Return a report as a file at its beginning; the caller closes it.

        :raises NotFound: if there is none of that name.
        :raises NotAllowed: if the user may not download reports of that account.
        :raises AuthenticationError: if Adyen does not know the user.
        :raises TransientError: if it may work later.
        """
        # The caller keeps the file, so no context manager here.
        spool = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115
        file = cast(BinaryIO, spool)
        try:
            self._download(report.path, file)
            self._check_head(file, report)
        except BaseException:
            file.close()
            raise
        return file

    def _download(self, path: str, file: BinaryIO) -> None:
        """Download with the first way to log in that Adyen takes."""
        refusal: AuthenticationError | None = None
        for position, way in enumerate(self._ways):
            try:
                self._http.download(path, file, **way)
            except AuthenticationError as error:
                refusal = refusal or error
            else:
                self._ways.insert(0, self._ways.pop(position))
                return
        raise refusal or AuthenticationError(NO_KEYS)

    @staticmethod
    def _check_head(file: BinaryIO, report: ReportAddress) -> None:
        file.seek(0)
        if file.read(64).lstrip().startswith(_NO_REPORT):
            raise TransientError(
                f"Adyen answered the request for {report.filename} with something else."
            )
        file.seek(0)
