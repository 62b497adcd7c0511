"""Files of certificates, read when they are named: a mistake is told there, not by a request."""

from __future__ import annotations

import os
import re
import ssl
from pathlib import Path

Certificate = tuple[str, str | None]
"""The path of a certificate, and that of its key if it is in another file."""

_HASHED_NAME = re.compile(r"[0-9a-f]{8}\.\d+")


def usable_bundle(path: str | os.PathLike[str], name: str) -> str:
    """Return the path of certificates that can be believed, made absolute.

    Args:
        path: a PEM file, or a folder with names as OpenSSL wants them.
        name: what the user has named it with.

    Raises:
        ValueError: there is no certificate.
    """
    bundle = _absolute(path, name)
    try:
        if bundle.is_dir():
            if not any(_HASHED_NAME.fullmatch(each.name) for each in bundle.iterdir()):
                raise _unusable(
                    name, bundle, "which has no certificate under a hashed name: openssl rehash"
                )
        elif not _holds_certificates(bundle):
            raise _unusable(name, bundle, "which holds no certificate in PEM form")
    except OSError as error:
        raise _unreadable(name, bundle, error) from None
    return str(bundle)


def usable_certificate(
    certificate: str | os.PathLike[str], key: str | os.PathLike[str] | None
) -> Certificate:
    """Return the paths of a client's certificate and its key, made absolute.

    Args:
        certificate: a PEM file, with the certificates that vouch for it if need be.
        key: a PEM file; None if the key is in the first one, too.

    Raises:
        ValueError: they are not there, do not belong together, or want a passphrase.
    """
    public = _absolute(certificate, "certificate")
    if "CERTIFICATE-----" not in _text("certificate", public):
        raise _unusable("certificate", public, "which holds no certificate in PEM form")
    name, private = ("certificate", public) if key is None else ("key", _absolute(key, "key"))
    if "PRIVATE KEY-----" not in _text(name, private):
        other = "" if key else ": it may be in a file of its own, named by key"
        raise _unusable(name, private, f"which holds no private key in PEM form{other}")
    try:
        _context().load_cert_chain(public, private, password=_refuse_to_ask)
    except _PassphraseNeeded:
        raise _unusable(
            name,
            private,
            "whose key needs a passphrase, for which nobody is asked: "
            "openssl pkey writes one without",
        ) from None
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise _unusable(name, private, "whose key is another certificate's") from None
        raise _unusable(name, private, f"which cannot be used: {error.reason}") from None
    return str(public), None if key is None else str(private)


class _PassphraseNeeded(Exception):
    pass


def _refuse_to_ask() -> str:
    """Keep OpenSSL from asking on the terminal."""
    raise _PassphraseNeeded


def _absolute(path: str | os.PathLike[str], name: str) -> Path:
    if "\0" in str(path):
        raise ValueError(f"{name} is no path: there is a NUL in it")
    try:
        return Path(path).expanduser().absolute()
    except RuntimeError as error:  # there is no such home folder
        raise ValueError(f"{name} is no path: {error}") from None


def _text(name: str, path: Path) -> str:
    try:
        return path.read_text("latin-1")
    except OSError as error:
        raise _unreadable(name, path, error) from None


def _holds_certificates(file: Path) -> bool:
    file.read_bytes()  # OpenSSL would not tell why it cannot be read
    context = _context()
    try:
        context.load_verify_locations(file)
    except ssl.SSLError:
        return False
    return context.cert_store_stats()["x509"] > 0


def _context() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _unreadable(name: str, path: Path, error: OSError) -> ValueError:
    if isinstance(error, FileNotFoundError):
        return _unusable(name, path, "which is not there")
    return _unusable(name, path, f"which cannot be read: {error.strerror}")


def _unusable(name: str, path: Path, why: str) -> ValueError:
    return ValueError(f"{name} names {path}, {why}")
