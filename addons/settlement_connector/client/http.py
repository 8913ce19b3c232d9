"""The one way out: an HTTP client that every connector uses.

It reaches https hosts of an allow-list at public addresses only, waits and reads
within bounds, repeats what may be repeated and turns every failure into one of
the error classes of the pipeline. Credentials are given per call and appear in no
log line, exception or representation. Proxies of the environment and ``.netrc``
are not used: both would bypass what is checked here.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from http.cookiejar import DefaultCookiePolicy
from typing import Any, BinaryIO
from urllib.parse import urljoin

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError as TransportError

from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    BusinessError,
    SettlementError,
    TransientError,
)

from .addresses import Guard, Resolver
from .auth import Auth, BearerAuth, secrets_of
from .body import body_pieces
from .call import (
    Call,
    NotAllowed,
    NotFound,
    NotNow,
    Unsent,
    is_type,
    may_repeat,
    origin,
    without_query,
)
from .pinned import PinnedAdapter
from .provider_message import provider_message
from .response import Response
from .retry import RetryPolicy, parse_retry_after

__all__ = [
    "BearerAuth",
    "HttpClient",
    "NotAllowed",
    "NotFound",
    "Response",
    "RetryPolicy",
]

_logger = logging.getLogger(__name__)

MEBIBYTE = 1024 * 1024
USER_AGENT = "settlement-for-odoo/19.0"
_ERROR_BODY = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Time-out, conflict with a call in flight, too early, too many.
_TRY_AGAIN = frozenset({408, 409, 425, 429})
# The server says itself that it has not worked on the call.
_NOT_WORKED_ON = frozenset({425, 429})

Params = Mapping[str, Any] | Sequence[tuple[str, Any]]


class HttpClient:
    """HTTP for one connection to one provider.

    :param base_url: what relative paths are appended to.
    :param allowed_hosts: hosts (``host`` or ``host:port``) that may be reached.
    :param allow_loopback: also this machine, there also by plain http. For tests
        and training only.
    :param timeout: seconds to connect, and to wait for the next bytes.
    :param deadline: seconds for one whole answer.
    :param max_bytes: largest answer accepted, decompressed.
    :param content_type: what a good answer must declare; "" accepts anything.
    :param redirects: how many redirects to the same scheme, host and port are
        followed by ``get``.
    :param should_retry_header: header in which the provider itself says ``true`` or
        ``false`` whether the same call should be tried again.
    :param before_request: called before every attempt; may raise to stop it.
    """

    def __init__(
        self,
        base_url: str,
        allowed_hosts: Iterable[str],
        *,
        allow_loopback: bool = False,
        timeout: tuple[float, float] = (10.0, 60.0),
        deadline: float = 300.0,
        max_bytes: int = 32 * MEBIBYTE,
        user_agent: str = USER_AGENT,
        content_type: str = "application/json",
        redirects: int = 0,
        should_retry_header: str = "",
        retry: RetryPolicy | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        resolver: Resolver | None = None,
        before_request: Callable[[], None] | None = None,
    ) -> None:
        self._guard = Guard.of(allowed_hosts, allow_loopback, resolver)
        self._guard.check_url(base_url)
        self._base_url = base_url.rstrip("/")
        self._deadline = deadline
        self._max_bytes = max_bytes
        self._content_type = content_type
        self._redirects = redirects
        self._should_retry_header = should_retry_header
        self._retry = retry or RetryPolicy()
        self._sleep = sleep
        self._clock = clock
        self._before_request = before_request or (lambda: None)
        self._session = self._new_session(timeout, user_agent)

    def _new_session(
        self, timeout: tuple[float, float], user_agent: str
    ) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.headers = CaseInsensitiveDict(
            {
                "User-Agent": user_agent,
                "Accept": self._content_type or "*/*",
                "Accept-Encoding": "gzip",
            }
        )
        session.mount("https://", PinnedAdapter(self._guard, timeout))
        session.mount("http://", PinnedAdapter(self._guard, timeout))
        return session

    def close(self) -> None:
        """Close kept connections."""
        self._session.close()

    def __enter__(self) -> HttpClient:
        """Use the client for a block of calls."""
        return self

    def __exit__(self, *args: object) -> None:
        """Close kept connections."""
        self.close()

    def get(
        self,
        path: str,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        auth: Auth | None = None,
        content_type: str | None = None,
    ) -> Response:
        """Read one resource.

        :param path: below ``base_url``, or an absolute URL of an allowed host.
        :param auth: credentials of this call: user and password, or e.g.
            :class:`BearerAuth`.
        :param content_type: instead of the client's.
        :raises AuthenticationError: the provider refuses the credentials.
        :raises BusinessError: it refuses the call, in its own words.
        :raises TransientError: the same call may work later.
        """
        request = requests.Request(
            "GET", self._url(path), headers=dict(headers or {}), params=params
        )
        return self._run(request, auth, content_type, repeatable=True)

    def download(
        self,
        path: str,
        file: BinaryIO,
        *,
        headers: Mapping[str, str] | None = None,
        auth: Auth | None = None,
        content_type: str | None = None,
    ) -> Response:
        """Read one resource into a file; the memory does not grow with it.

        See :meth:`get` for the rest. The answer returned has no content. What is in
        the file after an error is not to be used.

        :param file: seekable, emptied before each attempt.
        """
        request = requests.Request("GET", self._url(path), headers=dict(headers or {}))
        return self._run(request, auth, content_type, repeatable=True, sink=file)

    def post(
        self,
        path: str,
        *,
        params: Params | None = None,
        data: Params | bytes | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        auth: Auth | None = None,
        content_type: str | None = None,
        idempotency_key: str = "",
    ) -> Response:
        """Send one order to the provider; see :meth:`get` for the rest.

        It is repeated only if the provider has certainly not worked on it, or if
        an ``idempotency_key`` makes repeating harmless.
        """
        headers = dict(headers or {})
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        request = requests.Request(
            "POST",
            self._url(path),
            headers=headers,
            params=params,
            data=data,
            json=json,
        )
        return self._run(request, auth, content_type, bool(idempotency_key))

    def _url(self, path: str) -> str:
        if path.startswith(("https://", "http://")):
            return path
        return f"{self._base_url}/{path.lstrip('/')}"

    def _run(
        self,
        request: requests.Request,
        auth: Auth | None,
        content_type: str | None,
        repeatable: bool,
        sink: BinaryIO | None = None,
    ) -> Response:
        secrets = secrets_of(request, auth)
        request.auth = auth
        wanted = self._content_type if content_type is None else content_type
        if wanted:
            request.headers.setdefault("Accept", wanted)
        call = Call(
            request=self._prepare(request),
            secrets=secrets,
            content_type=wanted,
            repeatable=repeatable,
            redirects=self._redirects if request.method == "GET" else 0,
            sink=sink,
        )
        return self._repeat(call)

    def _prepare(self, request: requests.Request) -> requests.PreparedRequest:
        try:
            prepared = self._session.prepare_request(request)
        except (requests.RequestException, UnicodeError):
            raise BusinessError("The address of the call cannot be read.") from None
        # What is checked is the text that the transport reads.
        self._guard.check_url(prepared.url or "")
        return prepared

    def _repeat(self, call: Call) -> Response:
        attempt = 0
        while True:
            try:
                return self._attempt(call)
            except TransientError as error:
                wait = self._retry.wait(attempt, error.retry_after)
                if wait is None or not may_repeat(call, error):
                    raise
            _logger.info("%s: next attempt in %.1f s", call.where, wait)
            self._sleep(wait)
            attempt += 1

    def _attempt(self, call: Call) -> Response:
        self._before_request()
        started = self._clock()
        answer = self._send(call)
        try:
            _logger.debug("%s: status %s", call.where, answer.status_code)
            if answer.status_code in _REDIRECTS:
                call = self._redirected(call, answer)
            elif answer.status_code >= 400:
                raise self._refusal(call, answer, started)
            else:
                return self._accepted(call, answer, started)
        finally:
            answer.close()
        return self._attempt(call)

    def _send(self, call: Call) -> requests.Response:
        failure: SettlementError
        try:
            return self._session.send(call.request, stream=True, allow_redirects=False)
        except requests.exceptions.SSLError:
            failure = TransientError(
                f"{call.where}: no trustworthy encrypted connection is possible."
            )
        except requests.exceptions.ConnectTimeout:
            failure = Unsent(f"{call.where}: no connection within the time limit.")
        except requests.exceptions.Timeout:
            failure = TransientError(f"{call.where}: no answer within the time limit.")
        except requests.exceptions.ConnectionError:
            failure = TransientError(f"{call.where}: the connection failed.")
        except requests.RequestException:
            failure = TransientError(f"{call.where}: the answer cannot be read.")
        # Raised here, so that the error does not keep one that shows the URL.
        raise failure

    def _read(
        self,
        call: Call,
        answer: requests.Response,
        started: float,
        limit: int,
        sink: BinaryIO | None = None,
    ) -> bytes:
        failure: SettlementError
        pieces = body_pieces(
            lambda size: answer.raw.read(size, decode_content=False),
            answer.headers,
            limit,
            lambda: self._clock() - started > self._deadline,
        )
        try:
            return b"".join(pieces) if sink is None else _write(pieces, sink)
        except (TransportError, OSError):
            failure = TransientError(f"{call.where}: the answer was cut.")
        except TransientError as error:
            failure = TransientError(f"{call.where}: {error}")
        except BusinessError as error:
            failure = BusinessError(f"{call.where}: {error}", error.reason)
        raise failure

    def _accepted(
        self, call: Call, answer: requests.Response, started: float
    ) -> Response:
        content = self._read(call, answer, started, self._max_bytes, call.sink)
        declared = answer.headers.get("Content-Type", "")
        if (content or call.sink) and not is_type(declared, call.content_type):
            raise TransientError(
                f"{call.where}: the answer is {declared or 'of no declared type'} "
                f"instead of {call.content_type}."
            )
        return Response(
            status=answer.status_code,
            headers=CaseInsensitiveDict(answer.headers),
            content=content,
            url=without_query(answer.url, call.secrets),
        )

    def _refusal(
        self, call: Call, answer: requests.Response, started: float
    ) -> SettlementError:
        status = answer.status_code
        try:
            body = self._read(call, answer, started, _ERROR_BODY)
        except SettlementError:
            body = b""
        words = provider_message(body, call.secrets)
        text = f"{call.where}: status {status}" + (f": {words}" if words else ".")
        if status in (401, 403):
            return (NotAllowed if status == 403 else AuthenticationError)(text)
        if status == 404:
            return NotFound(text)
        told = answer.headers.get(self._should_retry_header, "").lower()
        if status in _TRY_AGAIN or status >= 500 or told == "true":
            wait = parse_retry_after(answer.headers.get("Retry-After"))
            return self._transient(status, told)(text, wait)
        return BusinessError(text)

    @staticmethod
    def _transient(status: int, told: str) -> type[TransientError]:
        if told == "false":
            return NotNow
        return Unsent if status in _NOT_WORKED_ON else TransientError

    def _redirected(self, call: Call, answer: requests.Response) -> Call:
        source = call.request.url or ""
        target = urljoin(source, answer.headers.get("Location", ""))
        if not call.redirects or origin(source) != origin(target):
            raise BusinessError(
                f"{call.where}: status {answer.status_code}, a redirect "
                "that is not followed."
            )
        request = call.request.copy()
        request.prepare_url(target, None)
        self._guard.check_url(request.url or "")
        return replace(call, request=request, redirects=call.redirects - 1)


def _write(pieces: Iterable[bytes], file: BinaryIO) -> bytes:
    """Put a body into a file instead of what an attempt before left there."""
    file.seek(0)
    file.truncate()
    for piece in pieces:
        file.write(piece)
    return b""
