"""Errors of key files in words, and those of certificates where they came out of one: title, what happened, what to
do. Which words a fact chooses stands in `VARIANTS`."""

from __future__ import annotations

from app.errors import card, key
from app.errors.base import UserError
from app.wording.language import mark

Said = tuple[str, str, str]

_UNREADABLE = mark("The key file cannot be read")
_UNUSABLE = mark("This key file cannot sign")
_OTHER_FILE = mark("Choose the key file that your certification authority gave you (usually .p12 or .pfx).")
_ASK_ISSUER = mark("Ask the authority that issued it, or export it anew with one key and its certificate.")

WORDS: dict[type[UserError], Said] = {
    key.KeyFileUnreadable: (_UNREADABLE, mark("“{file}” could not be opened."), _OTHER_FILE),
    key.KeyFileUnusable: (_UNUSABLE, mark("It is damaged, or of a kind that this program does not know."), _OTHER_FILE),
    key.KeyFilePasswordIncorrect: (
        mark("Wrong password for the key file"),
        mark("The file did not open with it. Nothing is locked by that, however often it happens."),
        mark("Check capitals and small letters. If it is surely right, the file may be damaged."),
    ),
    key.KeyFilePasswordMalformed: (
        mark("This cannot be the password of a key file"),
        mark("It is longer than 255 bytes, or not written in UTF-8. The file was not touched."),
        mark("Check what you typed."),
    ),
}

VARIANTS: dict[type[UserError], tuple[str, dict[str, Said]]] = {
    key.KeyFileUnreadable: (
        "detail",
        {
            "not-found": (_UNREADABLE, mark("There is no file “{file}”."), mark("Check the name and the folder.")),
            "not-a-file": (_UNREADABLE, mark("“{file}” is a folder or a device, not a file."), _OTHER_FILE),
            "not-allowed": (
                _UNREADABLE,
                mark("You may not read “{file}”, or its disk does not answer."),
                mark("Copy it to a folder of yours and choose it there."),
            ),
            "too-large": (_UNREADABLE, mark("“{file}” is far too large for a key file."), _OTHER_FILE),
        },
    ),
    key.KeyFileUnusable: (
        "detail",
        {
            "pem": (
                _UNUSABLE,
                mark("It is a text file (PEM), not a PKCS#12 file that holds key and certificate together."),
                _OTHER_FILE,
            ),
            "java-keystore": (
                _UNUSABLE,
                mark("It is a key store of Java (JKS), not a PKCS#12 file."),
                mark("Turn it into PKCS#12 with keytool, or ask whoever gave it to you for a .p12 file."),
            ),
            "certificate-only": (
                _UNUSABLE,
                mark("It holds certificates only; the key is not there."),
                _OTHER_FILE,
            ),
            "not-pkcs12": (_UNUSABLE, mark("It is not a PKCS#12 file."), _OTHER_FILE),
            "damaged": (
                _UNUSABLE,
                mark("The file is damaged: it ends too early or contradicts itself."),
                mark("Copy it again from where you keep it, or ask the authority that issued it."),
            ),
            "unknown-encryption": (
                _UNUSABLE,
                mark("It is encrypted by a method that this computer's software no longer supports."),
                mark("Export it anew with AES encryption, or ask the authority that issued it."),
            ),
            "too-slow": (
                _UNUSABLE,
                mark("Opening it would take too much time or memory, so the attempt was ended. Nothing was signed."),
                mark("Export it anew with the usual settings."),
            ),
            "no-key": (_UNUSABLE, mark("There are certificates in it, but no key."), _ASK_ISSUER),
            "several-keys": (
                _UNUSABLE,
                mark("There is more than one key in it, so it is not clear which one shall sign."),
                _ASK_ISSUER,
            ),
            "key-type": (
                _UNUSABLE,
                mark("Its key is of a kind that is not supported (RSA, and EC on P-256, P-384 or P-521, are)."),
                _ASK_ISSUER,
            ),
            "weak-key": (
                _UNUSABLE,
                mark("Its key is shorter than is safe today (RSA below 2048 bits), so nobody would accept it."),
                _ASK_ISSUER,
            ),
            "no-certificate": (
                _UNUSABLE,
                mark("There is a key in it, but no certificate that belongs to this key."),
                _ASK_ISSUER,
            ),
        },
    ),
    key.KeyFilePasswordMalformed: (
        "detail",
        {
            "zero-byte": (
                mark("This cannot be the password of a key file"),
                mark("There is a zero byte (NUL) in it. The file was not touched."),
                mark("Check what hands it over: it may write another encoding than UTF-8."),
            )
        },
    ),
    card.CertificateExpired: (
        "key",
        {
            "file": (
                mark("The certificate has expired"),
                mark("The certificate in the key file ended on {not_after}."),
                mark("Get a new one from the authority that issued it."),
            )
        },
    ),
    card.CertificateNotYetValid: (
        "key",
        {
            "file": (
                mark("The certificate is not valid yet"),
                mark("By this computer's clock the certificate in the key file only begins on {not_before}."),
                mark("Check the computer's date."),
            )
        },
    ),
    card.CertificateUnusable: (
        "key",
        {
            "file": (
                mark("This certificate cannot sign"),
                mark("The certificate in the key file cannot be read, or it is not made for signatures."),
                mark("Use the key file that was issued for signing; ask the authority if you are not sure."),
            )
        },
    ),
    card.SignatureMismatch: (
        "key",
        {
            "file": (
                mark("The signature cannot be confirmed"),
                mark("The signature does not fit the certificate. Nothing was saved."),
                mark("The key file may be damaged. Copy it again from where you keep it."),
            )
        },
    ),
}
"""The fact that chooses, and the words for its values; any other value has the words in `WORDS`."""
