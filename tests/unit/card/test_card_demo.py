"""The demo card against what is known of the real one (JICSAP 1.1, JIS X 6306)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from hypothesis import given
from hypothesis import strategies as st

from app.card.apdu import ContactLost
from app.card.demo import AUTH_PASSWORD, SIGN_PASSWORD, DemoCard, Knobs
from app.card.demo_certificate import DemoIdentity

AP = "00A4040C0AD392F000260100000001"
ISD = "00A4040C07A0000001510000"
FACE = "00A4040C0AD3921000310001010402"
PIN = "00A4020C02001B"
KEY = "00A4020C02001A"
QUERY = "00200080"
VERIFY = f"00200080{len(SIGN_PASSWORD):02X}{SIGN_PASSWORD.encode().hex()}"
WRONG = "0020008006" + b"WRONG1".hex()
PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")
DIGEST = hashlib.sha256(b"message").digest()
SIGN = "802A008033" + (PREFIX + DIGEST).hex() + "00"

Make = Callable[[Knobs], DemoCard]


def send(card: DemoCard, *commands: str) -> str:
    """The status word of the last command."""
    for command in commands:
        answer = card.transmit(bytes.fromhex(command))
    return answer[-2:].hex().upper()


def data(card: DemoCard, *commands: str) -> bytes:
    for command in commands:
        answer = card.transmit(bytes.fromhex(command))
    assert answer[-2:] == b"\x90\x00"
    return answer[:-2]


def select(fid: int) -> str:
    return f"00A4020C02{fid:04X}"


STATUS_TABLE = [
    # SELECT
    ("the application", [AP], "9000"),
    ("the card manager", [ISD], "9000"),
    ("another application", [FACE], "9000"),
    ("an unknown application", ["00A4040C05A000000099"], "6A82"),
    ("a file before any application", [PIN], "6A82"),
    ("an unknown file", [AP, select(0x0099)], "6A82"),
    ("a file under another application", [AP, ISD, PIN], "6A82"),
    ("a file with half an identifier", [AP, "00A4020C0100"], "6A80"),
    ("with unknown P1", [AP, "00A4080C02001B"], "6A86"),
    ("with unknown P2", ["00A404040AD392F000260100000001"], "6A86"),
    ("the MF after power-up", ["00A40000"], "6A86"),
    ("the MF inside an application", [AP, "00A40000"], "9000"),
    ("the MF by its identifier", [AP, "00A4000C023F00"], "6A82"),
    # READ BINARY
    ("read without a file", [AP, "00B0000000"], "6986"),
    ("read before any application", ["00B0000000"], "6986"),
    ("read the token", [AP, select(0x0006), "00B0000020"], "9000"),
    ("read at the end of the file", [AP, select(0x0008), "00B0000300"], "6B00"),
    ("read beyond the file", [AP, select(0x0008), "00B07FFF00"], "6B00"),
    ("read a key", [AP, KEY, "00B0000000"], "6981"),
    ("read a password", [AP, PIN, "00B0000000"], "6981"),
    ("read without Le", [AP, select(0x0006), "00B00000"], "6700"),
    ("read the signature certificate locked", [AP, select(0x0001), "00B0000000"], "6982"),
    ("read its issuer", [AP, select(0x0002), "00B0000000"], "9000"),
    ("read the authentication certificate", [AP, select(0x000A), "00B0000000"], "9000"),
    ("read by short identifier", [AP, "00B0860020"], "9000"),
    ("read by an unknown short identifier", [AP, "00B09E0020"], "6A82"),
    ("read by a wrong short identifier", [AP, "00B0C60020"], "6A86"),
    # VERIFY
    ("ask the tries", [AP, PIN, QUERY], "63C5"),
    ("ask the other tries", [AP, select(0x0018), QUERY], "63C3"),
    ("ask the tries by short identifier", [AP, "0020009B"], "63C5"),
    ("ask without a file", [AP, QUERY], "6986"),
    ("ask before any application", [QUERY], "6986"),
    ("ask an unknown short identifier", [AP, "0020009D"], "6A88"),
    ("verify against a key", [AP, KEY, VERIFY], "6981"),
    ("verify against a certificate", [AP, select(0x0002), VERIFY], "6981"),
    ("verify with P1", [AP, PIN, "0020010001" + "41"], "6A86"),
    ("verify a global password", [AP, PIN, "0020000001" + "41"], "6A86"),
    ("verify with Le", [AP, PIN, VERIFY + "00"], "6700"),
    ("verify with an empty body", [AP, PIN, "0020008000"], "6700"),
    ("verify", [AP, PIN, VERIFY], "9000"),
    ("ask the tries when unlocked", [AP, PIN, VERIFY, QUERY], "63C5"),
    ("verify the wrong password", [AP, PIN, WRONG], "63C4"),
    ("verify it padded", [AP, PIN, "0020008010" + SIGN_PASSWORD.encode().ljust(16, b"\0").hex()], "63C4"),
    ("verify it in small letters", [AP, PIN, "0020008008" + SIGN_PASSWORD.lower().encode().hex()], "63C4"),
    # COMPUTE DIGITAL SIGNATURE
    ("sign without a file", [AP, SIGN], "6986"),
    ("sign locked", [AP, KEY, SIGN], "6982"),
    (
        "sign with the other password",
        [AP, select(0x0018), "0020008004" + AUTH_PASSWORD.encode().hex(), KEY, SIGN],
        "6982",
    ),
    ("sign with a password for a key", [AP, PIN, VERIFY, SIGN], "6981"),
    ("sign", [AP, PIN, VERIFY, KEY, SIGN], "9000"),
    ("sign by short identifier", [AP, PIN, VERIFY, SIGN.replace("802A0080", "802A009A")], "9000"),
    ("sign by an unknown short identifier", [AP, PIN, VERIFY, SIGN.replace("802A0080", "802A009D")], "6A88"),
    ("sign in an unknown mode", [AP, PIN, VERIFY, KEY, SIGN.replace("802A00", "802A06")], "6A86"),
    ("sign without Le", [AP, PIN, VERIFY, KEY, SIGN[:-2]], "6700"),
    ("sign nothing", [AP, PIN, VERIFY, KEY, "802A008000"], "6700"),
    ("sign 246 bytes", [AP, PIN, VERIFY, KEY, "802A0080F6" + "00" * 246 + "00"], "6985"),
    ("sign a digest of 31 bytes", [AP, PIN, VERIFY, KEY, "802A02801F" + "00" * 31 + "00"], "6985"),
    # everything else
    ("an unknown instruction", [AP, "00CA9F7F00"], "6D00"),
    ("an unknown instruction at first", ["00CB3FFF035C017E00"], "6D00"),
    ("GET RESPONSE with nothing to get", [AP, "00C0000010"], "6985"),
    ("an unknown class", [AP, "90A4040C0AD392F000260100000001"], "6E00"),
    ("the wrong class for the instruction", [AP, "80B0000000"], "6E00"),
    ("a logical channel", ["01A4040C0AD392F000260100000001"], "6881"),
    ("secure messaging", [AP, "0820008008" + SIGN_PASSWORD.encode().hex()], "69FC"),
    ("an extended APDU", [AP, PIN, "00200080000008" + SIGN_PASSWORD.encode().hex()], "6700"),
    ("a body shorter than Lc", [AP, "00A4020C0500"], "6700"),
    ("half a command", ["00A4"], "6700"),
    ("other commands under the card manager", [ISD, "00B0000000"], "6D00"),
]


@pytest.mark.parametrize(
    ("commands", "status"), [row[1:] for row in STATUS_TABLE], ids=[row[0] for row in STATUS_TABLE]
)
def test_status_words(card: DemoCard, commands: list[str], status: str) -> None:
    assert send(card, *commands) == status


# what OpenSC asks while it looks for the driver of a card it does not know
OTHER_DRIVERS = [
    "00A4040007627601FF000000",
    "00A4040006A00000000101",
    "00A404000BE82B0601040181C31F020100",
    "00A4040C0FD23300000045737445494420763335",
    "00CADF3005",
    "00CB3FFF035C017E08",
    "00A4040009A0000003080000100000",
    "00A4040C07A000000116DB0000",
    "00A404000CF276A288BCFBA69D34F31001",
    "00A4040009A0000003974254465900",
    "00A4040006D2760001240100",
]


@pytest.mark.parametrize("command", OTHER_DRIVERS)
def test_what_other_drivers_ask_first(card: DemoCard, command: str) -> None:
    assert send(card, command) in ("6A82", "6D00")


def test_reading_a_certificate_needs_its_length_and_leaves_filler(card: DemoCard, identity: DemoIdentity) -> None:
    header = data(card, AP, PIN, VERIFY, select(0x0001), "00B0000004")
    total = int.from_bytes(header[2:4], "big") + 4
    content = b""
    while True:
        answer = card.transmit(bytes.fromhex(f"00B0{len(content):04X}00"))
        if answer[-2:] == b"\x6b\x00":
            break
        assert len(answer) <= 258
        content += answer[:-2]
    assert content[:total] == identity.sign.certificate
    assert len(content) > total
    assert set(content[total:]) == {0xFF}


@pytest.mark.parametrize(
    ("token", "padded"),
    [("JPKIAPICCTOKEN2", b"JPKIAPICCTOKEN2" + b" " * 17), ("JPKIAPIOSTOKEN", b"JPKIAPIOSTOKEN" + b" " * 18)],
)
def test_the_token_is_padded_with_spaces(make_card: Make, token: str, padded: bytes) -> None:
    card = make_card(Knobs(token=token))
    assert data(card, AP, select(0x0006), "00B0000000")[:32] == padded
    assert len(data(card, "00B0000000")) == 160


def test_availability(card: DemoCard, make_card: Make) -> None:
    assert data(card, AP, select(0x0008), "00B0000000").hex() == "8f8f00"
    bare = make_card(Knobs(sign_certificate=False))
    assert data(bare, AP, select(0x0008), "00B0000000").hex() == "008f00"
    assert send(bare, AP, select(0x0001)) == "6A82"


def test_selecting_with_le_tells_the_name(card: DemoCard) -> None:
    assert bytes.fromhex("D392F000260100000001") in data(card, AP.replace("00A4040C", "00A40400") + "00")
    assert data(card, AP.replace("00A4040C", "00A40400")) == b""


# --- counters ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [0x6984, 0x6983])
def test_five_wrong_passwords_lock_it(make_card: Make, status: int) -> None:
    card = make_card(Knobs(locked_status=status))
    send(card, AP, PIN)
    assert [send(card, WRONG) for _ in range(6)] == ["63C4", "63C3", "63C2", "63C1", "63C0", f"{status:04X}"]
    assert send(card, QUERY) == "63C0"
    assert send(card, VERIFY) == f"{status:04X}", "the right password comes too late"
    card.power_off()
    assert send(card, AP, PIN, QUERY) == "63C0"


def test_the_other_password_has_three_tries_of_its_own(card: DemoCard) -> None:
    assert [send(card, AP, select(0x0018), WRONG) for _ in range(4)] == ["63C2", "63C1", "63C0", "6984"]
    assert send(card, PIN, QUERY) == "63C5"


def test_success_restores_the_counter(card: DemoCard) -> None:
    assert send(card, AP, PIN, WRONG, WRONG) == "63C3"
    assert send(card, VERIFY, QUERY) == "63C5"


def test_asking_costs_nothing(card: DemoCard) -> None:
    send(card, AP, PIN)
    assert {send(card, QUERY) for _ in range(10)} == {"63C5"}


def test_a_wrong_password_locks_what_was_unlocked(card: DemoCard) -> None:
    assert send(card, AP, PIN, VERIFY, WRONG, KEY, SIGN) == "6982"


# --- how long a password lasts ------------------------------------------------------------------------------


def test_it_survives_selecting_files_and_the_same_application(card: DemoCard) -> None:
    assert send(card, AP, PIN, VERIFY, select(0x0002), AP, KEY, SIGN) == "9000"


def test_one_password_serves_many_signatures(card: DemoCard) -> None:
    send(card, AP, PIN, VERIFY, KEY)
    assert {send(card, SIGN) for _ in range(3)} == {"9000"}


def test_it_survives_a_warm_reset(card: DemoCard) -> None:
    send(card, AP, PIN, VERIFY)
    card.reset()
    assert send(card, KEY) == "6A82", "the selection itself is gone"
    assert send(card, AP, KEY, SIGN) == "9000"


def test_it_ends_with_another_application(card: DemoCard) -> None:
    assert send(card, AP, PIN, VERIFY, ISD, AP, KEY, SIGN) == "6982"


def test_it_ends_with_another_application_after_a_warm_reset(card: DemoCard) -> None:
    send(card, AP, PIN, VERIFY)
    card.reset()
    assert send(card, FACE, AP, KEY, SIGN) == "6982"


def test_an_application_that_is_not_there_ends_nothing(card: DemoCard) -> None:
    assert send(card, AP, PIN, VERIFY, "00A4040C05A000000099", KEY, SIGN) == "9000"


def test_it_ends_with_the_power(card: DemoCard) -> None:
    send(card, AP, PIN, VERIFY)
    card.power_off()
    assert send(card, AP, KEY, SIGN) == "6982"


# --- signing modes ------------------------------------------------------------------------------------------


@pytest.fixture
def public(identity: DemoIdentity) -> RSAPublicKey:
    return identity.sign.key.public_key()


def sign(card: DemoCard, mode: int, content: bytes) -> bytes:
    command = bytes([0x80, 0x2A, mode, 0x80, len(content)]) + content + b"\x00"
    answer = card.transmit(command)
    assert answer[-2:] == b"\x90\x00"
    return answer[:-2]


@pytest.mark.parametrize("algorithm", [hashes.SHA1(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512()])
def test_mode_0_with_a_digest_info_is_ordinary_pkcs1(
    card: DemoCard, public: RSAPublicKey, algorithm: hashes.HashAlgorithm
) -> None:
    prefixes = {
        "sha1": "3021300906052b0e03021a05000414",
        "sha256": "3031300d060960864801650304020105000420",
        "sha384": "3041300d060960864801650304020205000430",
        "sha512": "3051300d060960864801650304020305000440",
    }
    send(card, AP, PIN, VERIFY, KEY)
    digest = hashlib.new(algorithm.name, b"message").digest()
    signature = sign(card, 0, bytes.fromhex(prefixes[algorithm.name]) + digest)
    public.verify(signature, b"message", padding.PKCS1v15(), algorithm)


@pytest.mark.parametrize("content", [b"\x00", b"x", b"\x00" * 245, b"\xff" * 245, bytes(range(200))])
def test_mode_0_pads_any_content(card: DemoCard, public: RSAPublicKey, content: bytes) -> None:
    send(card, AP, PIN, VERIFY, KEY)
    assert public.recover_data_from_signature(sign(card, 0, content), padding.PKCS1v15(), None) == content


@pytest.mark.parametrize(("mode", "content"), [(2, DIGEST), (3, b"message")])
def test_modes_2_and_3_are_pkcs1_with_sha256(card: DemoCard, public: RSAPublicKey, mode: int, content: bytes) -> None:
    send(card, AP, PIN, VERIFY, KEY)
    public.verify(sign(card, mode, content), b"message", padding.PKCS1v15(), hashes.SHA256())


def test_mode_1_is_the_bare_hash(card: DemoCard, public: RSAPublicKey) -> None:
    send(card, AP, PIN, VERIFY, KEY)
    signature = sign(card, 1, b"message")
    assert public.recover_data_from_signature(signature, padding.PKCS1v15(), None) == DIGEST
    with pytest.raises(InvalidSignature):
        public.verify(signature, b"message", padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize(("mode", "content"), [(4, DIGEST), (5, b"message")])
def test_modes_4_and_5_are_pss_with_a_random_salt(
    card: DemoCard, public: RSAPublicKey, mode: int, content: bytes
) -> None:
    send(card, AP, PIN, VERIFY, KEY)
    first, second = sign(card, mode, content), sign(card, mode, content)
    assert first != second
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    public.verify(first, DIGEST, pss, Prehashed(hashes.SHA256()))


def test_the_authentication_key(card: DemoCard, identity: DemoIdentity) -> None:
    pin = "0020008004" + AUTH_PASSWORD.encode().hex()
    assert send(card, AP, select(0x0018), pin, select(0x0017)) == "9000"
    signature = sign(card, 0, PREFIX + DIGEST)
    identity.auth.key.public_key().verify(signature, b"message", padding.PKCS1v15(), hashes.SHA256())


# --- faults -------------------------------------------------------------------------------------------------


def test_another_card_altogether(make_card: Make) -> None:
    assert send(make_card(Knobs(application=False)), AP) == "6A82"


def test_a_phone_hides_the_authentication_certificate(make_card: Make) -> None:
    card = make_card(Knobs(token="JPKIAPGPSETOKEN"))
    assert send(card, AP, select(0x000A), "00B0000000") == "6982"


def test_the_first_command_after_power_up_may_fail(make_card: Make) -> None:
    card = make_card(Knobs(first_command_fails=True))
    assert [send(card, AP), send(card, AP)] == ["6F00", "9000"]
    card.power_off()
    assert send(card, AP) == "6F00"


def test_answers_through_get_response(make_card: Make, identity: DemoIdentity) -> None:
    card = make_card(Knobs(chunking="61"))
    send(card, AP, select(0x0002))
    answer = card.transmit(bytes.fromhex("00B0000000"))
    assert answer[-2:] == b"\x61\xc0"
    rest = card.transmit(bytes.fromhex("00C00000C0"))
    assert answer[:-2] + rest[:-2] == identity.authority[:256]


def test_a_wrong_length_is_refused_with_the_right_one(make_card: Make) -> None:
    card = make_card(Knobs(chunking="6C"))
    assert send(card, AP, select(0x0008), "00B0000000") == "6C03"
    assert data(card, "00B0000003").hex() == "8f8f00"


def test_the_end_of_a_file_may_be_said(make_card: Make) -> None:
    card = make_card(Knobs(end_of_file=0x6282))
    assert send(card, AP, select(0x0008), "00B0000003") == "9000"
    assert send(card, "00B0000000") == "6282"


def test_a_pull_before_the_password_costs_nothing(make_card: Make) -> None:
    card = make_card(Knobs(pulled_before="VERIFY"))
    send(card, AP, PIN)
    with pytest.raises(ContactLost):
        send(card, WRONG)
    assert send(card, AP, PIN, QUERY) == "63C5", "put back, it works"


def test_a_lost_answer_has_cost_its_try(make_card: Make) -> None:
    card = make_card(Knobs(pulled_after="VERIFY"))
    send(card, AP, PIN)
    with pytest.raises(ContactLost):
        send(card, WRONG)
    assert send(card, AP, PIN, QUERY) == "63C4"


def test_a_pull_at_any_step(make_card: Make) -> None:
    card = make_card(Knobs(pulled_at=3, stays_away=True))
    assert send(card, AP, PIN) == "9000"
    for _ in range(2):
        with pytest.raises(ContactLost):
            send(card, QUERY)
    card.put_back()
    assert send(card, AP, PIN, QUERY) == "63C5"


def test_it_starts_with_the_tries_it_was_given(make_card: Make) -> None:
    card = make_card(Knobs(sign_tries=1, auth_tries=0))
    assert send(card, AP, PIN, QUERY) == "63C1"
    assert send(card, select(0x0018), QUERY) == "63C0"


def test_knobs_travel_as_plain_data() -> None:
    knobs = Knobs(name=None, expired=True, delay=0.5)
    assert Knobs(**knobs.plain()) == knobs


_PARTS = st.sampled_from(
    [bytes.fromhex(text) for text in (AP, ISD, PIN, KEY, QUERY, VERIFY, WRONG, SIGN, "00B0000000", "00C0000000")]
)


@given(st.lists(_PARTS | st.binary(max_size=300), max_size=12))
def test_any_commands_get_a_status_word(commands: list[bytes]) -> None:
    card = DemoCard(None, _SHARED)
    for command in commands:
        answer = card.transmit(command)
        assert 2 <= len(answer) <= 258


_SHARED = DemoIdentity()
