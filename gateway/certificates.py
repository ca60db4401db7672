"""Certificates for development: an authority, and what it signs for the gateway, a backend and services.

`./boumb certs` makes them; a deployment of its own may bring others of the same form. Whose a certificate is stands in
its URI, as SPIFFE writes names. Files are replaced whole and each at once, so whoever watches the folder reads pairs.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gateway.private_files import locked, write
from services.chassis.tls import BACKEND, GATEWAY, TlsFiles, service_name

USUAL_DAYS = 90
MOST_DAYS = 825
_AUTHORITY_DAYS = 3650
_SKEW = timedelta(minutes=5)  # clocks of other machines may be late
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_AUTHORITY = "ca"


class CertificateProblem(Exception):
    """A certificate cannot be made or used; the text names the file and what to do."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate that was made.

    Attributes:
        path: Its file; the key lies beside it.
        name: Whose it is, as a URI.
        expires: When it is no longer believed.
    """

    path: Path
    name: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class _Authority:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def files_of(folder: Path, name: str) -> TlsFiles:
    """Where the files of "gateway", "backend" or a service are, whether or not they exist.

    Args:
        folder: Of the certificates.
        name: Short name.
    """
    return TlsFiles(roots=folder / "ca.crt", certificate=folder / f"{name}.crt", key=folder / f"{name}.key")


def issue(
    folder: Path,
    services: Iterable[str],
    *,
    hosts: Sequence[str] = (),
    valid_for: timedelta = timedelta(days=USUAL_DAYS),
    new_authority: bool = False,
) -> list[Issued]:
    """Make certificates for the gateway, the backend and services, over those that are there.

    Args:
        folder: Made, for its owner only, when it does not exist.
        services: Short names.
        hosts: Names and addresses under which callers reach the gateway, besides "gateway" and this machine.
        valid_for: How long they are believed.
        new_authority: Whether a new authority signs them; those of the one before are refused from then on.

    Returns:
        What was made.

    Raises:
        CertificateProblem: The authority's files cannot be used.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(folder):
        authority = None if new_authority else _load_authority(folder)
        if authority is None:
            authority = _make_authority(folder)
        wanted = [("gateway", GATEWAY, ("gateway", *_LOOPBACK, *hosts)), ("backend", BACKEND, ())]
        wanted += [(name, service_name(name), (name, *_LOOPBACK)) for name in services]
        return [_issue(folder, authority, *each, valid_for) for each in wanted]


def _load_authority(folder: Path) -> _Authority | None:
    """The authority of a folder; None where there is none, or it ends before long."""
    certificate, key = folder / f"{_AUTHORITY}.crt", folder / f"{_AUTHORITY}.key"
    if not certificate.exists() and not key.exists():
        return None
    try:
        found = _Authority(x509.load_pem_x509_certificate(certificate.read_bytes()), _load_key(key))
    except (OSError, ValueError, TypeError) as error:
        raise CertificateProblem(
            f"{certificate} and {key} are no authority: {error}; --new-authority makes one"
        ) from error
    if found.certificate.public_key() != found.key.public_key():
        raise CertificateProblem(f"{key} is not the key of {certificate}; --new-authority makes both")
    return found if found.certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=MOST_DAYS) else None


def _load_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("not a key on an elliptic curve")
    return key


def _make_authority(folder: Path) -> _Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "BoumbApp development")])
    usage = _usage(certificates=True)
    certificate = (
        _builder(name, name, key, timedelta(days=_AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    _write_pair(folder, _AUTHORITY, certificate, key)
    return _Authority(certificate, key)


def _issue(
    folder: Path, authority: _Authority, name: str, uri: str, hosts: Sequence[str], valid_for: timedelta
) -> Issued:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    # A backend answers nobody; the gateway and services both call and answer.
    purposes = [ExtendedKeyUsageOID.CLIENT_AUTH, *([ExtendedKeyUsageOID.SERVER_AUTH] if hosts else [])]
    names = [x509.UniformResourceIdentifier(uri), *(_general_name(host) for host in dict.fromkeys(hosts))]
    certificate = (
        _builder(subject, authority.certificate.subject, key, valid_for)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    path = _write_pair(folder, name, certificate, key)
    return Issued(path, uri, certificate.not_valid_after_utc)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, valid_for: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(now, now + valid_for) - _SKEW)
        .not_valid_after(now + valid_for)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        key_cert_sign=certificates,
        crl_sign=certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _write_pair(folder: Path, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Path:
    """Write the key before the certificate, whose arrival makes watchers read both. Returns the certificate's path."""
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write(folder / f"{name}.key", content, mode=0o600)
    path = folder / f"{name}.crt"
    write(path, certificate.public_bytes(Encoding.PEM), mode=0o644)
    return path
