"""The person in a JPKI-shaped certificate, and what hostile certificates try to make of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import keyfiles
import pytest
from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from app.pki.holder import Holder, display_name, holder_of

ARC = "1.2.392.200149.8.5.5."
KEY = ec.generate_private_key(ec.SECP256R1())
JPKI = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "JPKI"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "JPKI for digital signature"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Japan Agency for Local Authority Information Systems"),
    ]
)
OTHER = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Some CA")])


CORPORATION = x509.ObjectIdentifier("1.2.392.100300.1.1.3")


def certificate(*names, issuer=JPKI, cn="20261101123456012345678", o=None, corporation=None) -> bytes:
    now = datetime.now(UTC)
    organisation = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, o)] if o else []
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([*organisation, *([x509.NameAttribute(NameOID.COMMON_NAME, cn)] if cn else [])]))
        .issuer_name(issuer)
        .serial_number(5)
        .public_key(KEY.public_key())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if corporation is not None:
        builder = builder.add_extension(x509.UnrecognizedExtension(CORPORATION, corporation), critical=False)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def other(end: str, value: bytes | str) -> x509.OtherName:
    return x509.OtherName(
        x509.ObjectIdentifier(ARC + end), core.UTF8String(value).dump() if isinstance(value, str) else value
    )


def test_the_whole_person_in_the_order_of_the_card():
    der = certificate(
        other("1", "署名　花子"),
        other("4", "319800217"),
        other("3", "2"),
        other("5", "東京都清瀬市中里"),
        other("2", "00001"),
        other("6", "00000000"),
    )
    person = holder_of(der)
    assert person == Holder("署名　花子", "00001", "2", "319800217", "東京都清瀬市中里", "00000000")
    assert person.name_has_stand_ins
    assert display_name(der) == "署名　花子"


def test_the_common_name_is_never_a_name():
    assert display_name(certificate()) is None
    assert display_name(certificate(other("3", "1"))) is None
    assert display_name(certificate(other("3", "1"), issuer=OTHER, cn="Mallory")) is None
    assert holder_of(certificate()) == Holder()


def test_the_organisation_stands_in_brackets():
    assert display_name(certificate(issuer=OTHER, cn="Max", o="ACME Ltd")) == "Max (ACME Ltd)"
    assert display_name(certificate(issuer=OTHER, cn="行政 花子", o="花子事務所")) == "行政 花子（花子事務所）"
    assert display_name(certificate(issuer=OTHER, cn="ACME", o="ACME")) == "ACME"
    assert display_name(certificate(issuer=OTHER, cn="", o="ACME")) is None
    assert display_name(certificate(o="ACME")) is None, "JPKI's common names stay no names"


def test_the_commercial_registry_names_the_representative_in_japanese():
    said = keyfiles.corporation("サンプル株式会社", "山田太郎")
    registered = certificate(issuer=OTHER, cn="Taro Yamada", o="Sample", corporation=said)
    assert display_name(registered) == "山田太郎（サンプル株式会社）"
    assert display_name(certificate(issuer=OTHER, cn="", corporation=said)) == "山田太郎（サンプル株式会社）"
    assert display_name(certificate(corporation=said)) is None, "nobody becomes a person of JPKI's by an extension"


@given(st.binary(max_size=80), st.integers(0, 150))
@settings(max_examples=50, deadline=None)
def test_a_malformed_extension_falls_back_to_the_subject(noise, place):
    said = keyfiles.corporation("サンプル株式会社", "山田太郎")
    for content in (noise, said[:place], said[:place] + noise + said[place:]):
        named = display_name(certificate(issuer=OTHER, cn="Max", corporation=content))
        assert isinstance(named, str)
        assert named


def test_other_issuers_name_people_in_the_common_name():
    assert display_name(certificate(issuer=OTHER, cn="Max Müller")) == "Max Müller"
    assert display_name(certificate(x509.DNSName("example.org"), issuer=OTHER, cn="Max")) == "Max"
    assert display_name(certificate(issuer=OTHER, cn="")) is None


def test_a_second_name_does_not_replace_the_first():
    assert display_name(certificate(other("1", "署名　花子"), other("1", "偽　者"))) == "署名　花子"


@pytest.mark.parametrize(
    "value",
    [
        b"\x05\x00",
        b"\x0c\x02\xff\xff",
        core.Integer(7).dump(),
        core.OctetString("署名".encode()).dump(),
        core.SequenceOf([core.UTF8String("a")], spec=core.UTF8String).dump(),
        "",
        "長" * 100_000,
    ],
)
def test_wrong_types_and_sizes_are_no_facts(value):
    assert holder_of(certificate(other("1", value), other("3", "1"))) == Holder(sex="1")


def test_hostile_text_stays_the_plain_string_it_is():
    text = "花子\u202e\u0007<b>\u0000"
    assert display_name(certificate(other("1", text))) == text


@given(st.binary(max_size=200))
def test_no_bytes_raise(data):
    assert holder_of(data) == Holder()
    assert display_name(data) is None


WHOLE = certificate(other("1", "署名　花子"), other("5", "東京都"))


def test_a_broken_extension_leaves_no_person_and_no_name():
    der = WHOLE.replace(core.UTF8String("署名　花子").dump(), b"\x0c\x7f" + "署名　花子".encode())
    assert der != WHOLE
    assert holder_of(der).name is None
    assert display_name(der) is None


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 400), st.integers(0, 255))
def test_no_mutation_raises(place, value):
    der = bytearray(WHOLE)
    der[place] = value
    person = holder_of(bytes(der))
    assert person.name is None or isinstance(person.name, str)
    assert display_name(bytes(der)) is None or isinstance(display_name(bytes(der)), str)
