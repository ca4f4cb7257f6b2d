"""Certificates for any host that a client names, from an authority that exists for one session only."""

from __future__ import annotations

import datetime as dt
import secrets
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_DAY = dt.timedelta(days=1)
_VALID = 30 * _DAY
_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "snipproof, for one session")])
# HTTP/2 is spoken with those that offer nothing else, which are clients of gRPC.
_PROTOCOLS = ["http/1.1", "h2"]
TRUSTSTORE_PASSWORD = "changeit"
"""The password of every truststore of Java; it protects nothing."""


class Authority:
    """A certificate authority with the files that make runtimes trust it, and a TLS context for each host.

    The keys never leave ``folder``, which no other user can read.

    :param folder: an existing folder of the session.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = self._sign(_NAME, self._key.public_key(), host=None)
        self._contexts: dict[str, ssl.SSLContext] = {}
        #: Its certificate in PEM, which takes the place of all other authorities.
        self.bundle = folder / "authority.pem"
        self.bundle.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))
        #: The same as a truststore of Java, with :data:`TRUSTSTORE_PASSWORD`.
        self.truststore = folder / "authority.p12"
        self.truststore.write_bytes(
            pkcs12.serialize_java_truststore(
                [pkcs12.PKCS12Certificate(self._certificate, b"snipproof")],
                serialization.BestAvailableEncryption(TRUSTSTORE_PASSWORD.encode()),
            )
        )

    def server_context(self) -> ssl.SSLContext:
        """Return the TLS context of a server that presents a certificate for whatever host a client names."""
        context = self._context("localhost")

        def choose(connection: ssl.SSLObject | ssl.SSLSocket, host: str | None, _: ssl.SSLContext) -> None:
            if host:
                connection.context = self._context(host.lower())

        context.sni_callback = choose
        return context

    def host_of(self, context: ssl.SSLContext) -> str:
        """Return the host that a client named, by the context that its connection has now."""
        return next((host for host, known in self._contexts.items() if known is context), "")

    def _context(self, host: str) -> ssl.SSLContext:
        if host not in self._contexts:
            key = ec.generate_private_key(ec.SECP256R1())
            pem = key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ) + self._sign(x509.Name([]), key.public_key(), host).public_bytes(serialization.Encoding.PEM)
            file = self._folder / f"host-{secrets.token_hex(4)}.pem"
            file.write_bytes(pem)  # the library reads certificates from files only
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(file)
            context.set_alpn_protocols(_PROTOCOLS)
            file.unlink()
            self._contexts[host] = context
        return self._contexts[host]

    def _sign(self, subject: x509.Name, key: ec.EllipticCurvePublicKey, host: str | None) -> x509.Certificate:
        """Return a certificate for ``host``, or that of the authority itself."""
        now = dt.datetime.now(dt.UTC)
        authority_key = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(_NAME)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _DAY)  # a clock that a Source sees may be another
            .not_valid_after(now + _VALID)
            .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
            .add_extension(_key_usage(authority=host is None), critical=True)  # Python 3.13 requires it
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(authority_key), critical=False
            )
        )
        if host is not None:
            names = x509.SubjectAlternativeName([x509.DNSName(host)])
            use = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
            # Critical, since the subject is empty (RFC 5280, section 4.2.1.6).
            builder = builder.add_extension(names, critical=True).add_extension(use, critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    """Return what a key may be used for: to sign certificates and their revocation, or to begin a connection."""
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
