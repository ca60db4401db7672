"""Whose word about a caller's identity is believed, and the certificates that a server shows and asks for."""

from collections.abc import Iterable, Mapping

import grpc

from services.chassis import request_context as contexts
from services.chassis.tls import TlsFiles, TlsIdentity, may_name_callers


def identity_of(metadata: contexts.Metadata, connection: Mapping[str, Iterable[bytes]]) -> contexts.Identity | None:
    """Who calls; None when that cannot be read, or is said by somebody whose word does not count.

    On an encrypted connection it is the gateway and the services that may say it, by the names in their certificates.
    Others of the same authority, such as a backend, go through the gateway.

    Args:
        metadata: Of the call.
        connection: What gRPC knows of the connection.
    """
    identity = contexts.read_identity(metadata)
    if identity is None or not identity.user or b"ssl" not in connection.get("transport_security_type", ()):
        return identity
    names = connection.get("x509_subject_alternative_name", ())
    return identity if any(may_name_callers(name.decode("utf-8", "replace")) for name in names) else None


def server_credentials(tls: TlsIdentity) -> grpc.ServerCredentials:
    """Credentials of a server: callers without a certificate of the mesh are refused.

    Where the certificate comes from files, new ones hold for the next connection, without a restart.

    Args:
        tls: What the server shows, and what it believes callers by.
    """
    if tls.files is None:
        return grpc.ssl_server_credentials([(tls.key, tls.certificate)], tls.roots, require_client_auth=True)
    files, seen = tls.files, _stamps(tls.files)

    def renewed() -> grpc.ServerCertificateConfiguration | None:
        nonlocal seen
        try:
            stamps = _stamps(files)
            if stamps == seen:
                return None
            found = files.read()
        except OSError:  # they are being replaced; what was there before still holds
            return None
        seen = stamps
        return _configuration(found)

    return grpc.dynamic_ssl_server_credentials(
        _configuration(tls),
        renewed,  # type: ignore[arg-type]  # None for "as before" is documented, and left out of the stubs
        require_client_authentication=True,
    )


def _stamps(files: TlsFiles) -> tuple[tuple[int, int], ...]:
    found = (path.stat() for path in (files.roots, files.certificate, files.key))
    return tuple((each.st_mtime_ns, each.st_ino) for each in found)


def _configuration(tls: TlsIdentity) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration([(tls.key, tls.certificate)], tls.roots)
