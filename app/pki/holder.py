"""Who a certificate belongs to. In JPKI's the person stands in subjectAltName (otherName, arc
1.2.392.200149.8.5.5); the common name is a serial-like string and never a name. Certificates of the commercial
registry (商業登記) keep the representative and the company in an extension of their own, since their subject is
Latin letters or empty; all others name their owner in the subject.

Every value is what the certificate says, as a plain string: it may be hostile (bidi characters, any script), and
is shown through the one function that makes such text harmless.
"""

from __future__ import annotations

from dataclasses import dataclass

from asn1crypto import core, parser, x509

from app.pki import trust

_ARC = "1.2.392.200149.8.5.5."
_CORPORATION = "1.2.392.100300.1.1.3"
"""registeredCorporationInfo, all explicit: [0] 商号, [1] 会社法人等番号, [2] 本店, [3] 氏名, [4] 資格, [6] 登記所."""
_LONGEST = 1000  # characters: longer than any name or address; what exceeds it is no fact but an attack


@dataclass(frozen=True, slots=True)
class Holder:
    """The person in a JPKI signature certificate; None where the certificate does not say.

    `name` 氏名 (parts separated by U+3000) and `address` 住所 come with flags, one digit a character: 1 marks a
    stand-in for a character outside the character set. `sex`: 1 male, 2 female, 9 not applicable. `birth`:
    EYYYYMMDD with the era as E and the Gregorian year; unknown parts occur.
    """

    name: str | None = None
    name_flags: str | None = None
    sex: str | None = None
    birth: str | None = None
    address: str | None = None
    address_flags: str | None = None

    @property
    def name_has_stand_ins(self) -> bool:
        """Whether a character of the name stands in for another one."""
        return "1" in (self.name_flags or "")


_FIELDS = {"1": "name", "2": "name_flags", "3": "sex", "4": "birth", "5": "address", "6": "address_flags"}


def holder_of(certificate: bytes) -> Holder:
    """The holder in a JPKI-shaped certificate (DER); an empty one for any other, never an exception."""
    return Holder(**(_facts(certificate) or {}))


def display_name(certificate: bytes) -> str | None:
    """The name to show for a certificate (DER): 氏名 of a JPKI-shaped one, else the person with the organisation in
    brackets, as the commercial registry or the subject names them. None when there is none, and for a certificate that
    names JPKI as its issuer without 氏名 (its common names are no names)."""
    facts = _facts(certificate)
    if facts is not None:
        return facts.get("name")
    if trust.names_jpki_issuer(certificate):
        return None
    name, organisation = _registered(certificate) or (None, None)
    if name is None:
        name, organisation = _subject(certificate, "common_name"), _subject(certificate, "organization_name")
    if name is None or organisation is None or organisation == name:
        return name
    return f"{name} ({organisation})" if (name + organisation).isascii() else f"{name}（{organisation}）"


def _registered(certificate: bytes) -> tuple[str | None, str | None] | None:
    """Representative and company by the commercial registry's extension; None where there is none."""
    try:
        extensions = x509.Certificate.load(certificate)["tbs_certificate"]["extensions"]
        found = next((each for each in extensions if each["extn_id"].dotted == _CORPORATION), None)
        named = _tagged(found["extn_value"].contents) if found is not None else {}
    except trust.MALFORMED:
        return None
    return (_text(named[3]), _text(named[0]) if 0 in named else None) if 3 in named else None


def _tagged(sequence: bytes) -> dict[int, core.Asn1Value]:
    """The members of a SEQUENCE by their explicit tags."""
    members: dict[int, core.Asn1Value] = {}
    rest = parser.parse(sequence, strict=True)[4]
    while rest:
        size = parser.peek(rest)
        kind, _method, tag, _header, content, _trailer = parser.parse(rest[:size])
        if kind == 2:  # context-specific
            members.setdefault(tag, core.load(content, strict=True))
        rest = rest[size:]
    return members


def _subject(certificate: bytes, attribute: str) -> str | None:
    """The last such attribute of the subject."""
    try:
        subject = x509.Certificate.load(certificate).subject
        parts = [part for rdn in subject.chosen for part in rdn if part["type"].native == attribute]
        return _text(parts[-1]["value"]) if parts else None
    except trust.MALFORMED:
        return None


def _facts(certificate: bytes) -> dict[str, str] | None:
    """None when no otherName of JPKI's arc is there at all."""
    try:
        names = x509.Certificate.load(certificate).subject_alt_name_value
        others = [name.chosen for name in names or () if name.name == "other_name"]
    except trust.MALFORMED:
        return None
    facts: dict[str, str] = {}
    shaped = False
    for other in others:
        try:
            oid = other["type_id"].dotted
            if not oid.startswith(_ARC):
                continue
            shaped = True
            value = other["value"].parsed
        except trust.MALFORMED:
            continue
        field = _FIELDS.get(oid.removeprefix(_ARC))
        text = _text(value) if isinstance(value, core.UTF8String) else None
        if field and text:
            facts.setdefault(field, text)  # a second 氏名 never replaces the first
    return facts if shaped else None


def _text(value: core.Asn1Value) -> str | None:
    try:
        text = value.native
    except trust.MALFORMED:
        return None
    return text if isinstance(text, str) and text and len(text) <= _LONGEST else None
