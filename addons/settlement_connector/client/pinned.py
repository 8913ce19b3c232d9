"""Transport of requests that connects only to addresses the guard has judged.

The name still serves for TLS (server name and certificate) and the Host header;
only the socket is opened to a judged address instead of the name.
"""

from __future__ import annotations

import logging
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.poolmanager import PoolManager
from urllib3.util.connection import create_connection

from .addresses import Guard
from .redaction import redact


def _open_socket(connection: HTTPConnection, guard: Guard, scheme: str) -> Any:
    """Open a socket to the first judged address that answers."""
    error: Exception = OSError("no address")
    for address in guard.addresses(scheme, connection.host, connection.port):
        try:
            return create_connection(
                (address, connection.port),
                connection.timeout,
                source_address=connection.source_address,
                socket_options=connection.socket_options,
            )
        except TimeoutError:
            error = ConnectTimeoutError(connection, "connecting took too long")
        except OSError as failure:
            error = NewConnectionError(connection, str(failure))
    raise error


def _pool_classes(guard: Guard) -> dict[str, type]:
    class PinnedHTTPConnection(HTTPConnection):
        def _new_conn(self) -> Any:
            return _open_socket(self, guard, "http")

    class PinnedHTTPSConnection(HTTPSConnection):
        def _new_conn(self) -> Any:
            return _open_socket(self, guard, "https")

    class PinnedHTTPPool(HTTPConnectionPool):
        ConnectionCls = PinnedHTTPConnection

    class PinnedHTTPSPool(HTTPSConnectionPool):
        ConnectionCls = PinnedHTTPSConnection

    return {"http": PinnedHTTPPool, "https": PinnedHTTPSPool}


class PinnedAdapter(HTTPAdapter):
    """Adapter with its own guard and time-outs.

    :param timeout: seconds to connect and to wait for the next bytes. They live
        here and not in each call, because test frames replace ``Session.send``
        and expect one plain number there.
    """

    def __init__(self, guard: Guard, timeout: tuple[float, float]) -> None:
        self._timeout = timeout
        super().__init__(max_retries=0)

        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = _pool_classes(guard)

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        """Send with the time-outs of this adapter."""
        kwargs["timeout"] = self._timeout
        return super().send(request, *args, **kwargs)


class _QueryFilter(logging.Filter):
    """Take query values out of urllib3's own debug lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact texts among the arguments; every line is kept."""
        if isinstance(record.args, tuple):
            record.args = tuple(
                redact(value.partition("?")[0]) if isinstance(value, str) else value
                for value in record.args
            )
        return True


logging.getLogger("urllib3.connectionpool").addFilter(_QueryFilter())
