"""What the 署名用 certificate says of its owner, read with the password. Nothing of it is kept anywhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from app.secret import Secret

if TYPE_CHECKING:
    from app.pki.holder import Holder
    from app.signing.key import LockedKey


@dataclass(frozen=True, slots=True)
class ReadCertificate:
    """The person and the exact validity; the person is in no printed form of it."""

    holder: Holder = field(repr=False)
    begins: datetime
    ends: datetime


def read(key: LockedKey, secret: Secret) -> ReadCertificate:
    """Presents the password once, reads, and gives the card back before anything is looked at.

    Raises what `unlock` does, CertificateUnusable.
    """
    from app.pki.certificate import validity
    from app.pki.holder import holder_of

    with key.unlock(secret) as unlocked:
        certificate = unlocked.certificate
    begins, ends = validity(certificate)
    return ReadCertificate(holder_of(certificate), begins, ends)
