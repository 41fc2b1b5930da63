"""The one seam for keys: anything that can be unlocked with a password and then signs digests.

The card is the first, the demo card the second, a key file the third. Certificates are DER, so this module loads no
library. What is signed how follows from the certificate's key alone: a card with another kind of key needs no change
on this side of the seam.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from app.secret import Secret


class SigningKey(Protocol):
    """An unlocked key, good until its context ends."""

    @property
    def kind(self) -> str:
        """What holds it, for the words: card or file."""

    @property
    def certificate(self) -> bytes:
        """The signer's certificate (DER)."""

    @property
    def chain(self) -> tuple[bytes, ...]:
        """The certificates above it (DER), as the key's holder has them."""

    @property
    def mechanism(self) -> str:
        """From the certificate's key: rsa-pkcs1v15, rsa-pss or ecdsa."""

    def sign(self, digest: bytes) -> bytes:
        """One signature over a digest, whose length tells the algorithm: 32 SHA-256, 48 SHA-384, 64 SHA-512.

        ECDSA answers in DER (RFC 5753 7.2). Raises UserError.
        """


class LockedKey(Protocol):
    """A key behind a password."""

    def attempts_remaining(self) -> int | None:
        """Tries left as just read, at no cost; None when it cannot be known, or when there is no limit.

        Raises UserError for what would keep the key from being unlocked and can be seen without the password.
        """

    def unlock(self, secret: Secret) -> AbstractContextManager[SigningKey]:
        """Presents the password exactly once. The key is locked again when the context ends, however it ends."""

    def release(self) -> None:
        """Gives back what looking at it may have taken; never raises."""
