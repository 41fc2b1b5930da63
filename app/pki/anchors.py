"""Certificates that the person says to trust, out of files."""

from __future__ import annotations

from pathlib import Path

from app.errors.document import FileNotFound, FileNotReadable

LIMIT = 1 << 20


def anchors_from(path: Path) -> tuple[bytes, ...]:
    """The certificates (DER) of a PEM or DER file. Raises FileNotFound, FileNotReadable (also for other content)."""
    from asn1crypto import pem, x509

    try:
        with path.open("rb") as file:
            data = file.read(LIMIT)
    except FileNotFoundError:
        raise FileNotFound(file=path.name) from None
    except OSError:
        raise FileNotReadable(file=path.name) from None
    try:
        if pem.detect(data):
            found = tuple(der for kind, _, der in pem.unarmor(data, multiple=True) if kind == "CERTIFICATE")
        else:
            found = (data,)
        for der in found:
            x509.Certificate.load(der).native  # noqa: B018 — parses it to the bottom
    except (ValueError, TypeError, KeyError):
        raise FileNotReadable(file=path.name) from None
    if not found:
        raise FileNotReadable(file=path.name)
    return found
