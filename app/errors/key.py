"""Key files (PKCS#12) and their passwords. Nothing of them has a counter: a wrong password locks nothing."""

from __future__ import annotations

from app.errors.base import UserError


class KeyFileUnreadable(UserError):
    """The key file cannot be read (`file`; `detail`: not-found, not-a-file, not-allowed, too-large)."""

    code = "key-file-unreadable"
    stops_batch = True


class KeyFileUnusable(UserError):
    """What the file holds cannot sign.

    `detail`: pem, java-keystore, certificate-only, not-pkcs12 (what it is instead), damaged, unknown-encryption,
    too-slow, no-key, several-keys, key-type, weak-key, no-certificate.
    """

    code = "key-file-unusable"
    stops_batch = True


class KeyFilePasswordIncorrect(UserError):
    """The password does not open the file. Nothing is locked by that."""

    code = "key-file-password-incorrect"
    stops_batch = True


class KeyFilePasswordMalformed(UserError):
    """No password of a key file can be this (`detail`: too-long, encoding, zero-byte); the file was not touched."""

    code = "key-file-password-malformed"
    stops_batch = True
