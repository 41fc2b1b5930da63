"""What readers' names and answers to reset may not tell of a person or of one single thing."""

import pytest

from app.card.anonymous import anonymous, contactless, device_name, masked_atr, own_names, program_name


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Gemalto PC Twin Reader (B5C0A6F4) 00 00", "Gemalto PC Twin Reader (…) 00 00"),
        (
            "HID Global OMNIKEY 5022 Smart Card Reader [OMNIKEY 5022 Smart Card Reader] (KE00190903230601) 00 00",
            "HID Global OMNIKEY 5022 Smart Card Reader [OMNIKEY 5022 Smart Card Reader] (…) 00 00",
        ),
        ("SCM Microsystems Inc. SCR 3310 [CCID Interface] (21120627200246) 00 00", None),
        ("SCM Microsystems Inc. SCR 3310 [CCID Interface] 21120627200246 00 00", None),
        ("Reader (OKCM0031302130956590204107131306) 0", None),
        ("Reader AB12CD34 0", None),
        ("Reader KE00190903230601 0", None),
    ],
)
def test_serial_numbers_are_taken_out_of_names(name: str, kept: str | None) -> None:
    shown = device_name(name, ())
    assert "…" in shown
    assert kept is None or shown == kept
    for serial in ("B5C0A6F4", "KE00190903230601", "21120627200246", "OKCM", "AB12CD34"):
        assert serial not in shown


@pytest.mark.parametrize(
    "name",
    [
        "SONY FeliCa RC-S300/S 0",
        "ACS ACR1252 Dual Reader PICC 0",
        "Circle CIR415 CL/CT 00 00",
        "Identive SCR3310 v2.0 USB SC Reader 0",
        "Virtual PCD 00 01",
        "Broadcom Corp 58200 [Contacted SmartCard] 01 00",
        "Alcor Micro AU9540 00 00",
        "JPKIAPICCTOKEN2",
        "Gemalto PC Twin Reader 00 00",
        "I-O DATA USB-NFC4 0",
        "HITACHI M-520U 00 00",
        "NTT Communications ACR39-NTTCom 00 00",
        "Identiv uTrust 2700 R Smart Card Reader 0",
        "ACS ACR1251 1S CL Reader PICC 0A 01",
        "Generic Smart Card Reader Interface 0",
    ],
)
def test_models_stay(name: str) -> None:
    assert device_name(name, ()) == name


def test_the_names_of_the_user_the_computer_and_the_folder_are_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "hanako.mihon")
    monkeypatch.setenv("HOSTNAME", "hanako-no-pc")
    monkeypatch.setenv("HOME", "/home/hanako.mihon")
    name = "Reader of Hanako.Mihon at HANAKO-NO-PC (/home/hanako.mihon/x)"
    assert anonymous(name) == "Reader of … at … (…/x)"


def test_a_name_that_says_nothing_of_anybody_is_no_reason_to_garble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "reader")
    assert "reader" not in own_names()


def test_a_long_name_is_cut() -> None:
    assert len(anonymous("x" * 10_000, ())) <= 200


@pytest.mark.parametrize(
    ("atr", "shown"),
    [
        ("3B888001112233445566770811", "3B888001········55667708··"),  # application data: perhaps the random identifier
        ("3BF59100FF918171FE400042000100D1D6", "3BF59100FF918171FE4000············"),
        ("3B6500002063CB6800", "3B650000··········"),
        ("3B00", "3B00"),
        ("", ""),
        ("3BFF", "3BFF"),
    ],
)
def test_an_answer_to_reset_shows_no_byte_that_one_card_alone_may_have(atr: str, shown: str) -> None:
    assert masked_atr(bytes.fromhex(atr), known=False) == shown


def test_an_answer_to_reset_that_a_whole_kind_has_is_shown_whole() -> None:
    assert masked_atr(bytes.fromhex("3BE000FF8131FE4514"), known=True) == "3BE000FF8131FE4514"


def test_contacts_are_told_from_none() -> None:
    assert contactless(bytes.fromhex("3B888001000041E0B381A1003B"))
    assert not contactless(bytes.fromhex("3BE000FF8131FE4514"))
    assert not contactless(b"")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Reader SN 1234-5678-9012", "Reader …"),
        ("Reader S/N 123456", "Reader S/N …"),
        ("ACS ACR39U A1B2C3 00 00", "ACS ACR39U … 00 00"),
        ("Taro Yamada Reader", "… Reader"),
        ("Reader 昭和太郎 12 34 56 78", "Reader … 56 78"),
        ("HP_1234ABCDEF", "HP_…"),
        ("a.b.c(00-11-22-33-44-55)", "…(…)"),
        ("X" * 115 + " 98765432109", "…"),
        ("Reader " * 16 + "98765432109 0", None),
    ],
)
def test_what_no_kind_of_device_is_called_may_be_of_a_person_or_of_one_device(name: str, kept: str | None) -> None:
    shown = device_name(name, ())
    assert kept is None or shown == kept
    assert not {"98765", "1234", "123456", "A1B2C3", "Taro", "Yamada", "昭和太郎"} & set(shown.split())
    assert "9876" not in shown


def test_a_serial_number_is_not_cut_before_it_is_seen() -> None:
    assert "98765" not in anonymous("x" * 115 + " 98765432109", ())


def test_programs_are_named_only_where_the_name_is_known() -> None:
    assert [program_name(name) for name in ("firefox-esr", "scdaemon", "yamada-taro-app")] == [
        "firefox-esr",
        "scdaemon",
        "another program",
    ]
