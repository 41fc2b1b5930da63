"""`natsuin sign` through a real pcscd: one password, one signature command, and a clear word for every fault."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from box import READERS, Box
from cryptography import x509
from papers import paper
from strangers import openssl_accepts, pdfsig, qpdf_is_content
from vcard import VirtualCard

from app import assets
from app.card import demo_certificate
from app.card.demo import DemoCard, Knobs
from app.card.demo_certificate import Credential, DemoIdentity, DemoPerson

pytestmark = pytest.mark.pcsc
PASSWORD = b"DEMO1234\n"
Make = Callable[..., VirtualCard]
Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "委任状.pdf"
    path.write_bytes(paper())
    return path


def command(*words: object) -> list[str]:
    return [sys.executable, "-I", "-m", "app", *map(str, words)]


@pytest.fixture
def natsuin(box: Box, own_home: Path) -> Run:
    def run(*words: object, stdin: bytes = PASSWORD) -> subprocess.CompletedProcess[bytes]:
        environment = {**os.environ, **box.environment, "TMPDIR": str(own_home)}
        return subprocess.run(command(*words), input=stdin, capture_output=True, env=environment, check=False)

    return run


def refused(source: Path, done: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    """The error of a run that failed, after a look at what it left: the original, and nothing else."""
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert done.stderr.strip()
    assert source.read_bytes() == paper()
    assert [path.name for path in source.parent.iterdir()] == [source.name]
    error: dict[str, Any] = json.loads(done.stdout)["error"]
    return error


def test_a_signature_through_pcscd(source: Path, natsuin: Run, vcard: VirtualCard, tmp_path_factory: Any) -> None:
    done = natsuin("sign", "--password-stdin", "--json", source)
    assert done.returncode == 0, done.stderr.decode()
    assert (vcard.counts["VERIFY"], vcard.counts["SIGN"]) == (1, 1)
    assert "off" in [what for _, what in vcard.power]
    signed = source.with_name("委任状-signed.pdf")
    assert "Signature is Valid" in pdfsig(signed)
    assert "Total document signed" in pdfsig(signed)
    assert qpdf_is_content(signed)
    assert openssl_accepts(signed, assets.path("demo", "ca.pem"), tmp_path_factory.mktemp("openssl"))
    assert json.loads(done.stdout)["demo"] is False
    # the demo CA stays what it is, whichever way its card was reached
    assert json.loads(done.stdout)["verification"]["signatures"][0]["trusted"] == "demo"


def test_card_shows_both_readers(natsuin: Run, vcard: VirtualCard) -> None:
    readers = json.loads(natsuin("card", "--json").stdout)["readers"]
    assert [(r["name"], r["card"], r["sign_tries_left"]) for r in readers] == [
        (READERS[0], "my-number", 5),
        (READERS[1], "none", None),
    ]
    one = json.loads(natsuin("card", "--json", "--reader", "00 01").stdout)["readers"]
    assert [reader["name"] for reader in one] == [READERS[1]]
    assert json.loads(natsuin("card", "--json", "--reader", "PCD").stdout)["error"]["code"] == "reader-not-found"
    assert vcard.counts["VERIFY"] == 0


def test_a_wrong_password_costs_one_try_and_says_so(source: Path, natsuin: Run, vcard: VirtualCard) -> None:
    error = refused(source, natsuin("sign", "--password-stdin", "--json", source, stdin=b"WRONG999\n"))
    assert (error["code"], error["attempts_remaining"]) == ("password-incorrect", 4)
    assert (vcard.counts["VERIFY"], vcard.counts["SIGN"]) == (1, 0)


def test_four_digits_never_reach_the_card(source: Path, natsuin: Run, vcard: VirtualCard) -> None:
    error = refused(source, natsuin("sign", "--password-stdin", "--json", source, stdin=b"1234\n"))
    assert error["code"] == "other-password-typed"
    assert vcard.counts["VERIFY"] == 0


def test_a_loop_with_a_stale_password_does_not_lock_the_card(source: Path, natsuin: Run, vcard: VirtualCard) -> None:
    codes = [
        refused(source, natsuin("sign", "--password-stdin", "--json", source, stdin=b"STALE999\n"))["code"]
        for _ in range(5)
    ]
    assert codes == ["password-incorrect"] * 3 + ["too-few-tries"] * 2
    assert vcard.counts["VERIFY"] == 3
    done = natsuin("sign", "--password-stdin", "--allow-last-tries", source)
    assert done.returncode == 0
    assert json.loads(natsuin("card", "--json").stdout)["readers"][0]["sign_tries_left"] == 5


def test_a_loop_with_a_stale_password_does_not_lock_a_card_that_tells_no_tries(
    source: Path, natsuin: Run, make_vcard: Make
) -> None:
    card = make_vcard(Knobs(tells_tries=False))
    for _ in range(2):
        error = refused(source, natsuin("sign", "--password-stdin", "--json", source, stdin=b"WRONG1\n"))
        assert error == {"code": "too-few-tries", "attempts_remaining": None}
    assert card.counts["VERIFY"] == 0
    done = natsuin("sign", "--password-stdin", "--allow-last-tries", source)
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize(
    ("knobs", "code", "verifies"),
    [
        (Knobs(sign_tries=0), "password-locked", 0),
        (Knobs(sign_tries=0, tells_tries=False, locked_status=0x6983), "password-locked", 1),
        (Knobs(sign_tries=0, tells_tries=False, locked_status=0x6984), "password-locked", 1),
        (Knobs(pulled_before="QUERY"), "card-removed", 0),
        (Knobs(pulled_before="VERIFY"), "outcome-unknown", 1),
        (Knobs(pulled_after="VERIFY"), "outcome-unknown", 1),
        (Knobs(pulled_before="SIGN"), "card-removed-while-signing", 1),
        (Knobs(pulled_after="SIGN"), "card-removed-while-signing", 1),
        (Knobs(sign_certificate=False), "no-signature-certificate", 0),
        (Knobs(application=False), "not-my-number-card", 0),
        (Knobs(token="JPKIAPGPSETOKEN"), "phone-not-supported", 0),
        (Knobs(token="JPKIAPICCTOKEN"), "card-not-supported", 0),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_faults(source: Path, natsuin: Run, make_vcard: Make, knobs: Knobs, code: str, verifies: int) -> None:
    card = make_vcard(knobs)
    words = ("sign", "--password-stdin", "--allow-last-tries", "--json", source)  # some do not tell their tries
    assert refused(source, natsuin(*words))["code"] == code
    assert card.counts["VERIFY"] == verifies


def test_an_expired_certificate_signs_nothing(source: Path, natsuin: Run, box: Box) -> None:
    card = VirtualCard(DemoCard(Knobs(expired=True)), box.port, READERS[0])
    card.insert()
    done = natsuin("sign", "--password-stdin", "--json", source)
    card.remove(wait=False)
    assert refused(source, done)["code"] == "certificate-expired"
    assert (card.counts["VERIFY"], card.counts["SIGN"]) == (1, 0)


def other_key(identity: DemoIdentity) -> Credential:
    return Credential(identity.auth.key, identity.sign.certificate)


def not_yet(identity: DemoIdentity) -> Credential:
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    return demo_certificate._credential(DemoPerson(), start, for_signing=True)


def for_encryption(identity: DemoIdentity) -> Credential:
    usual = demo_certificate._usage
    usage = dict.fromkeys(("digital_signature", "content_commitment", "key_agreement", "key_cert_sign"), False)
    usage |= dict.fromkeys(("crl_sign", "encipher_only", "decipher_only"), False)
    demo_certificate._usage = lambda for_signing: x509.KeyUsage(**usage, key_encipherment=True, data_encipherment=True)
    try:
        return demo_certificate._credential(DemoPerson(), datetime.now(UTC).replace(microsecond=0), for_signing=True)
    finally:
        demo_certificate._usage = usual


@pytest.mark.parametrize(
    ("made", "error", "signatures"),
    [
        (not_yet, {"code": "certificate-not-yet-valid"}, 0),
        (for_encryption, {"code": "certificate-unusable", "detail": "key-usage"}, 0),
        (other_key, {"code": "signature-mismatch"}, 1),
    ],
)
def test_a_certificate_that_does_not_do(
    source: Path, natsuin: Run, box: Box, made: Callable[[DemoIdentity], Credential], error: Any, signatures: int
) -> None:
    identity = DemoIdentity()
    identity.sign = made(identity)
    card = VirtualCard(DemoCard(None, identity), box.port, READERS[0])
    card.insert()
    done = natsuin("sign", "--password-stdin", "--json", source)
    card.remove(wait=False)
    said = refused(source, done)
    assert error.items() <= said.items()
    assert (card.counts["VERIFY"], card.counts["SIGN"]) == (1, signatures)


def test_locking_it_is_reported_as_locked(source: Path, natsuin: Run, make_vcard: Make) -> None:
    make_vcard(Knobs(sign_tries=1))
    words = ("sign", "--password-stdin", "--json", "--allow-last-tries", source)
    assert refused(source, natsuin(*words, stdin=b"WRONG999\n"))["code"] == "password-locked"


def test_no_card_no_reader_no_service(source: Path, natsuin: Run, box: Box) -> None:
    assert refused(source, natsuin("sign", "--password-stdin", "--json", source))["code"] == "no-card"
    box.start(readers=False)
    assert refused(source, natsuin("sign", "--password-stdin", "--json", source))["code"] == "no-reader"
    box.stop()
    assert refused(source, natsuin("sign", "--password-stdin", "--json", source))["code"] == "card-service-unavailable"


def test_two_cards_and_a_name(source: Path, natsuin: Run, make_vcard: Make) -> None:
    make_vcard()
    make_vcard(slot=1)
    assert refused(source, natsuin("sign", "--password-stdin", "--json", source))["code"] == "several-cards"
    wrong = natsuin("sign", "--password-stdin", "--json", "--reader", "Virtual", source)
    assert refused(source, wrong)["code"] == "reader-not-found"
    assert natsuin("sign", "--password-stdin", "--reader", "00 01", source).returncode == 0


@pytest.mark.parametrize("service", [True, False], ids=["no card", "no service"])
def test_waiting_for_the_card(source: Path, box: Box, make_vcard: Make, own_home: Path, service: bool) -> None:
    if not service:
        box.stop()
    environment = {**os.environ, **box.environment, "TMPDIR": str(own_home)}
    process = subprocess.Popen(
        command("sign", "--password-stdin", "--wait", "30", source), stdin=subprocess.PIPE, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdin
    process.stdin.write(PASSWORD)
    process.stdin.close()
    time.sleep(1.0)
    if not service:
        box.start()
    make_vcard()
    assert process.wait(60) == 0


def test_waiting_in_vain(source: Path, natsuin: Run, box: Box) -> None:
    words = ("sign", "--password-stdin", "--json", "--wait", "1", source)
    assert refused(source, natsuin(*words))["code"] == "no-card"
    box.stop()
    assert refused(source, natsuin(*words))["code"] == "card-service-unavailable"


def test_a_certificate_without_a_name_leaves_the_name_out(source: Path, natsuin: Run, box: Box) -> None:
    card = VirtualCard(DemoCard(Knobs(name=None)), box.port, READERS[0])
    card.insert()
    done = natsuin("sign", "--password-stdin", "--json", source)
    card.remove(wait=False)
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout)["verification"]["signatures"][0]["holder"] is None
    signed = source.with_name("委任状-signed.pdf")
    assert b"/Name" not in signed.read_bytes()[len(paper()) :]


def test_ctrl_c_before_the_password_leaves_everything(
    source: Path, box: Box, vcard: VirtualCard, own_home: Path
) -> None:
    environment = {**os.environ, **box.environment, "TMPDIR": str(own_home)}
    process = subprocess.Popen(
        command("sign", "--password-stdin", "--json", source), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=environment,
    )  # fmt: skip
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert json.loads(out)["error"]["code"] == "cancelled"
    assert b"Traceback" not in err
    assert vcard.counts["VERIFY"] == 0
    assert [path.name for path in source.parent.iterdir()] == [source.name]
