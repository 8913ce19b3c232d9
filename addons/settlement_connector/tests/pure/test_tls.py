"""Encrypted connections: judged address, but the name decides who it must be."""

import datetime
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from odoo.addons.settlement.canonical.errors import TransientError
from odoo.addons.settlement_connector.client.http import HttpClient
from odoo.addons.settlement_connector.client.retry import RetryPolicy
from odoo.addons.settlement_connector.tests.stand_in import StandIn

NAME = "api.provider.test"


def write_certificate(folder, name):
    """Write a self-signed certificate for ``name`` with its key; return the path."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


def encrypted(server, certificate):
    """Make a stand-in speak TLS with a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    plain = server.http.socket
    server.http.socket = context.wrap_socket(plain, server_side=True)
    return server


def new_client(server, trusted):
    host = f"{NAME}:{server.port}"
    client = HttpClient(
        f"https://{host}",
        [host],
        allow_loopback=True,
        retry=RetryPolicy(attempts=1),
        resolver=lambda name, port: ["127.0.0.1"],
    )
    # The only way to trust a test's own authority; there is no switch for users.
    client._session.verify = trusted
    return client


def test_the_name_is_proved_although_the_address_is_pinned(tmp_path):
    certificate = write_certificate(tmp_path, NAME)
    with encrypted(StandIn(), certificate) as server:
        server.answer(body=b'{"id": 1}')
        assert new_client(server, str(certificate)).get("a").json() == {"id": 1}
        assert server.received[0].headers["Host"] == f"{NAME}:{server.port}"


def test_another_name_in_the_certificate_is_refused(tmp_path):
    certificate = write_certificate(tmp_path, "other.provider.test")
    with encrypted(StandIn(), certificate) as server:
        server.answer()
        with pytest.raises(TransientError, match="no trustworthy encrypted connection"):
            new_client(server, str(certificate)).get("a", auth=("sk_test_secret", ""))
        assert server.received == []


def test_an_authority_that_nobody_trusts_is_refused(tmp_path):
    certificate = write_certificate(tmp_path, NAME)
    with encrypted(StandIn(), certificate) as server:
        server.answer()
        with pytest.raises(TransientError, match="no trustworthy encrypted connection"):
            new_client(server, True).get("a", auth=("sk_test_secret", ""))
        assert server.received == []
