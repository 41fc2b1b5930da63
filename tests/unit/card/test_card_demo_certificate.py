"""The demo card's certificates have JPKI's shape."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtensionOID, NameOID

from app import assets
from app.card.demo_certificate import DemoIdentity, DemoPerson, fifth_birthday

ARC = "1.2.392.200149.8.5.5."


def loaded(der: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(der)


def other_names(certificate: x509.Certificate) -> dict[str, str]:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    found = {}
    for name in names:
        assert isinstance(name, x509.OtherName)
        assert name.value[0] == 0x0C, "UTF8String"
        header = 2 if name.value[1] < 0x80 else 2 + (name.value[1] & 0x7F)
        found[name.type_id.dotted_string.removeprefix(ARC)] = name.value[header:].decode()
    return found


def test_the_signature_certificate(identity: DemoIdentity) -> None:
    certificate = loaded(identity.sign.certificate)
    authority = x509.load_pem_x509_certificate(assets.path("demo", "ca.pem").read_bytes())
    certificate.verify_directly_issued_by(authority)
    usage = certificate.extensions.get_extension_for_oid(ExtensionOID.KEY_USAGE)
    assert usage.critical
    assert (usage.value.digital_signature, usage.value.content_commitment) == (True, True)
    policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    assert [policy.policy_identifier.dotted_string for policy in policies] == ["1.2.392.200149.8.5.1.1.20"]
    points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert isinstance(points[0].full_name[0], x509.DirectoryName)
    key_identifier = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert key_identifier == authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest


def test_its_subject_names_nobody(identity: DemoIdentity) -> None:
    subject = loaded(identity.sign.certificate).subject
    assert [attribute.oid for attribute in subject] == [
        NameOID.COUNTRY_NAME,
        NameOID.LOCALITY_NAME,
        NameOID.LOCALITY_NAME,
        NameOID.COMMON_NAME,
    ]
    (number,) = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert str(number.value)[:19].isdigit()


def test_the_holder_stands_in_other_names(identity: DemoIdentity) -> None:
    names = other_names(loaded(identity.sign.certificate))
    assert list(names) == ["1", "4", "3", "5", "2", "6"]
    person = DemoPerson()
    assert (names["1"], names["4"], names["3"], names["5"]) == (person.name, person.birth, person.sex, person.address)
    assert (len(names["2"]), len(names["6"])) == (len(person.name or ""), len(person.address))


@pytest.mark.parametrize("name", ["髙﨑　𠮷郎", "WILLIAMS　ALEXANDRA-MAY " + "X" * 120, "\u202egnp.exe", ""])
def test_any_name(name: str) -> None:
    person = DemoPerson(name=name, address="東京都" * 60)
    names = other_names(loaded(DemoIdentity(person).sign.certificate))
    assert (names["1"], names["5"]) == (name, "東京都" * 60)


def test_without_a_name() -> None:
    names = other_names(loaded(DemoIdentity(DemoPerson(name=None)).sign.certificate))
    assert list(names) == ["4", "3", "5", "6"]


def test_the_authentication_certificate_names_nobody(identity: DemoIdentity) -> None:
    certificate = loaded(identity.auth.certificate)
    assert not certificate.extensions.get_extension_for_class(x509.KeyUsage).value.content_commitment
    with pytest.raises(x509.ExtensionNotFound):
        certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)


def test_it_is_valid_now_or_expired(identity: DemoIdentity) -> None:
    now = datetime.now(UTC)
    current = loaded(identity.sign.certificate)
    assert current.not_valid_before_utc < now < current.not_valid_after_utc
    expired = loaded(DemoIdentity(expired=True).sign.certificate)
    assert expired.not_valid_after_utc < now
    assert expired.not_valid_before_utc < expired.not_valid_after_utc


def japan(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC) - timedelta(hours=9)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("birth", "issued", "end"),
    [
        ("319800217", japan(2025, 10, 27), japan(2030, 2, 17, 23, 59, 59)),
        ("319800217", japan(2025, 2, 16, 12), japan(2029, 2, 17, 23, 59, 59)),
        ("319800217", japan(2025, 2, 17), japan(2030, 2, 17, 23, 59, 59)),
        ("420000229", japan(2026, 1, 1), japan(2030, 2, 28, 23, 59, 59)),
        ("000000000", japan(2026, 6, 1), japan(2031, 1, 1, 23, 59, 59)),
    ],
)
def test_the_fifth_birthday(birth: str, issued: datetime, end: datetime) -> None:
    assert fifth_birthday(birth, issued) == end
