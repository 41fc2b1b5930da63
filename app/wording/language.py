"""The language in use. English sentences are the message ids; Japanese is complete (a test demands it)."""

from __future__ import annotations

import gettext
import os
import sys

from app import assets

LANGUAGES = ("ja", "en")
_DOMAIN = "natsuin"
_translation: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def preferred() -> str:
    """Japanese unless the system's language is another one we have."""
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    system = next((name for name in names if name), "")
    if sys.platform in ("win32", "darwin"):
        import locale

        system = locale.getlocale()[0] or system
    return "en" if system.lower().startswith("en") else "ja"


def use(language: str) -> None:
    """Sets the language of everything said from now on ("ja" or "en")."""
    global _translation, _language
    _language = language if language in LANGUAGES else "ja"
    catalogue = assets.path("locale", _language, "LC_MESSAGES", f"{_DOMAIN}.mo")
    _translation = gettext.NullTranslations()
    if _language != "en" and catalogue.exists():
        with catalogue.open("rb") as file:
            _translation = gettext.GNUTranslations(file)


def current() -> str:
    """The language in use."""
    return _language


def mark(message: str) -> str:
    """Marks a sentence for the translators; it is translated when it is said."""
    return message


def text(message: str, **values: object) -> str:
    """The sentence in the language in use, with `values` put into its braces."""
    said = _translation.gettext(message) if message else ""
    return said.format(**values) if values else said


def plural(one: str, many: str, n: int, **values: object) -> str:
    """The sentence for `n` things; `n` is also a value."""
    return _translation.ngettext(one, many, n).format(n=n, **values)
