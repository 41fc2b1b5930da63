"""Key files: what opens, what does not and why, and that the private key is gone with its process."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from hypothesis import given
from hypothesis import strategies as st
from keyfiles import (
    KINDS,
    PASSWORD,
    Issued,
    by_openssl,
    common,
    issued,
    key,
    middle,
    name,
    p12,
    root,
    signer,
    with_rounds,
)

from app.errors.base import UserError
from app.errors.key import KeyFilePasswordIncorrect, KeyFilePasswordMalformed, KeyFileUnreadable, KeyFileUnusable
from app.isolation import MIB, Limits
from app.pki.keyfile import LONGEST, KeyFile, from_bytes
from app.secret import Secret
from app.signing.cms import fits
from app.signing.key import LockedKey

DIGEST_SIZES = {"p-384": 48, "p-521": 64}


def secret(text: str) -> Secret:
    return Secret.taking(bytearray(text.encode()))


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], KeyFile]:
    def made(content: bytes) -> KeyFile:
        path = tmp_path / "鍵.p12"
        path.write_bytes(content)
        return KeyFile(path)

    return made


def opens(key: KeyFile, password: str) -> None:
    with secret(password) as typed, key.unlock(typed) as unlocked:
        assert unlocked.certificate == signer("p-256").der


def refusal(key: KeyFile, password: str = PASSWORD) -> UserError:
    with pytest.raises(UserError) as caught, secret(password) as typed, key.unlock(typed):
        pass
    return caught.value


# --- what opens -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_key_signs_and_its_certificate_and_chain_come_in_order(kind: str, file: Callable[[bytes], KeyFile]) -> None:
    locked: LockedKey = file(common(kind))
    assert locked.attempts_remaining() is None
    with secret(PASSWORD) as typed, locked.unlock(typed) as unlocked:
        assert unlocked.kind == "file"
        assert unlocked.mechanism == ("rsa-pkcs1v15" if kind.startswith("rsa") else "ecdsa")
        assert unlocked.certificate == signer(kind).der
        assert unlocked.chain == (middle().der, root().der)
        digest = os.urandom(DIGEST_SIZES.get(kind, 32))
        assert fits(unlocked.certificate, digest, unlocked.sign(digest))
        assert fits(unlocked.certificate, digest, unlocked.sign(digest)), "as often as the work needs"


def test_only_the_certificates_that_belong_to_it_are_taken(file: Callable[[bytes], KeyFile]) -> None:
    stranger = issued(ec.generate_private_key(ec.SECP256R1()), name("Somebody else"), None, authority=True)
    namesake = issued(ec.generate_private_key(ec.SECP256R1()), name("Test authority"), root(), authority=True)
    others = [each.certificate for each in (stranger, root(), namesake, signer("p-384"), middle())]
    with secret(PASSWORD) as typed, file(p12(signer("p-256"), others)).unlock(typed) as unlocked:
        assert unlocked.certificate == signer("p-256").der
        assert unlocked.chain == (middle().der, root().der)


def test_of_two_certificates_for_the_key_the_one_of_an_authority_that_lasts_longest_signs(
    file: Callable[[bytes], KeyFile],
) -> None:
    own = issued(key("p-256"), name("行政 花子"), None, days=(-1, 9000))
    old = issued(key("p-256"), name("行政 花子"), middle(), days=(-400, -35))
    new = signer("p-256")
    for first, *rest in ((own, old, new), (old, new, own), (new, own, old)):
        content = p12(first, [each.certificate for each in rest])
        with secret(PASSWORD) as typed, file(content).unlock(typed) as unlocked:
            assert unlocked.certificate == new.der


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["-legacy"],  # RC2-40 for the certificates, 3DES for the key: old Windows, old 商業登記 files
        ["-legacy", "-descert"],
        ["-keypbe", "AES-128-CBC", "-certpbe", "DES-EDE3-CBC"],
        ["-legacy", "-keypbe", "PBE-SHA1-RC4-128", "-certpbe", "PBE-SHA1-RC2-128"],
        ["-keypbe", "NONE", "-certpbe", "NONE"],
        ["-macalg", "sha512", "-iter", "100000"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("password", ["secret", "Käse と チーズ 𠮷", " blanks around ", "x" * 255])
def test_every_encryption_that_openssl_writes(
    options: list[str], password: str, file: Callable[[bytes], KeyFile], tmp_path: Path
) -> None:
    opens(file(by_openssl(tmp_path, signer("p-256"), *options, password=password)), password)


@pytest.mark.parametrize("content", ["cryptography", "openssl"])
def test_a_file_without_a_password_opens_without_one(
    content: str, file: Callable[[bytes], KeyFile], tmp_path: Path
) -> None:
    key = file(
        common(password=None) if content == "cryptography" else by_openssl(tmp_path, signer("p-256"), password="")
    )
    opens(key, "")


def test_letters_that_another_program_composed_otherwise_are_the_same_password(
    file: Callable[[bytes], KeyFile],
) -> None:
    word = "がんばる Käse"
    for form in ("NFC", "NFD"):
        opens(file(common(password=unicodedata.normalize(form, word))), word)
        opens(file(common(password=word)), unicodedata.normalize(form, word))
    by_old_openssl = word.encode().decode("latin-1")
    opens(file(common(password=by_old_openssl)), word)
    assert isinstance(refusal(file(common(password=word)), "かんばる Käse"), KeyFilePasswordIncorrect)


# --- what does not --------------------------------------------------------------------------------------


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD.lower(), PASSWORD + " ", "パスワード"])
def test_a_wrong_password_is_an_error_of_its_own(password: str, file: Callable[[bytes], KeyFile]) -> None:
    key = file(common())
    assert isinstance(refusal(key, password), KeyFilePasswordIncorrect)
    opens(key, PASSWORD)


def unusable(kind: str, folder: Path) -> bytes:
    """What people choose by mistake, and what cannot sign."""
    holder = signer("p-256")
    pem = holder.certificate.public_bytes(Encoding.PEM)
    private = holder.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    if kind == "java":
        if not shutil.which("keytool"):
            pytest.skip("needs Java")
        command = ["keytool", "-genkeypair", "-storetype", "JKS", "-keystore", "j.jks", "-storepass", "secret",
                   "-keypass", "secret", "-alias", "a", "-keyalg", "EC", "-dname", "CN=x"]  # fmt: skip
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        return (folder / "j.jks").read_bytes()
    if kind == "two-keys":
        one, two = by_openssl(folder, holder), by_openssl(folder, signer("p-384"))
        return _joined(one, two)
    weak = rsa.generate_private_key(65537, 1024) if kind == "weak" else None
    brainpool = ec.generate_private_key(ec.SECP256K1()) if kind == "curve" else None
    return {
        "pem": lambda: pem,
        "pem-key": lambda: private + pem,
        "pem-after-text": lambda: b"Bag Attributes\n    friendlyName: me\n" + private,
        "der": lambda: holder.der,
        "p7b": lambda: subprocess.run(["openssl", "crl2pkcs7", "-nocrl", "-certfile", "/dev/stdin", "-outform", "DER"],
                                      input=pem, capture_output=True, check=True).stdout,
        "der-key": lambda: holder.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        "pdf": lambda: b"%PDF-1.7\n%%EOF",
        "empty": lambda: b"",
        "cut": lambda: common()[:400],
        "no-key": lambda: p12(None, [holder.certificate]),
        "no-certificate": lambda: _without_certificate(),
        "other-certificate": lambda: _without_certificate(signer("p-384")),
        "weak": lambda: p12(issued(weak, name("weak"), None)),
        "curve": lambda: p12(issued(brainpool, name("curve"), None)),
        "ed25519": lambda: _other_key(ed25519.Ed25519PrivateKey.generate()),
        "dsa": lambda: _other_key(dsa.generate_private_key(2048)),
    }[kind]()  # fmt: skip


def _without_certificate(other: Issued | None = None) -> bytes:
    others = [other.certificate] if other else None
    return serialize_key_and_certificates(b"k", key("p-256"), None, others, BestAvailableEncryption(PASSWORD.encode()))


def _other_key(made: ed25519.Ed25519PrivateKey | dsa.DSAPrivateKey) -> bytes:
    return serialize_key_and_certificates(b"k", made, None, None, BestAvailableEncryption(PASSWORD.encode()))


def _joined(one: bytes, two: bytes) -> bytes:
    """Both files' contents in one, which no tool here writes; the MAC is left out."""
    from asn1crypto import pkcs12

    file, other = pkcs12.Pfx.load(one), pkcs12.Pfx.load(two)
    safe = pkcs12.AuthenticatedSafe([*file.authenticated_safe, *other.authenticated_safe])
    content = {"content_type": "data", "content": safe.dump()}
    return bytes(pkcs12.Pfx({"version": "v3", "auth_safe": content}).dump())


@pytest.mark.parametrize(
    ("kind", "detail", "seen_at_once"),
    [
        ("pem", "pem", True),
        ("pem-key", "pem", True),
        ("pem-after-text", "pem", True),
        ("java", "java-keystore", True),
        ("der", "certificate-only", True),
        ("p7b", "certificate-only", True),
        ("der-key", "not-pkcs12", True),
        ("pdf", "not-pkcs12", True),
        ("empty", "not-pkcs12", True),
        ("cut", "damaged", True),
        ("two-keys", "several-keys", True),
        ("no-key", "no-key", False),
        ("no-certificate", "no-certificate", False),
        ("other-certificate", "no-certificate", False),
        ("weak", "weak-key", False),
        ("curve", "key-type", False),
        ("ed25519", "key-type", False),
        ("dsa", "key-type", False),
    ],
)
def test_what_cannot_sign_is_said_and_before_the_password_where_that_is_possible(
    kind: str, detail: str, seen_at_once: bool, file: Callable[[bytes], KeyFile], tmp_path: Path
) -> None:
    locked = file(unusable(kind, tmp_path))
    error = refusal(locked)
    assert isinstance(error, KeyFileUnusable)
    assert error.facts == {"detail": detail}
    if seen_at_once:
        with pytest.raises(KeyFileUnusable):
            locked.attempts_remaining()
    else:
        locked.attempts_remaining()


def test_an_encryption_that_this_computer_does_not_know_is_no_wrong_password(
    file: Callable[[bytes], KeyFile], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRYPTOGRAPHY_OPENSSL_NO_LEGACY", "1")  # as some systems build it
    locked = file(by_openssl(tmp_path, signer("p-256"), "-legacy"))
    with pytest.raises(KeyFileUnusable) as caught:
        locked.attempts_remaining()
    assert caught.value.facts == {"detail": "unknown-encryption"}
    opens(file(by_openssl(tmp_path, signer("p-256"), "-legacy", "-descert")), PASSWORD)


def test_a_pss_key_is_refused_in_words(file: Callable[[bytes], KeyFile], tmp_path: Path) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048", "-nodes", "-subj",
               "/CN=x", "-keyout", "key.pem", "-out", "cert.pem"]  # fmt: skip
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "both.pem").write_bytes((tmp_path / "key.pem").read_bytes() + (tmp_path / "cert.pem").read_bytes())
    command = ["openssl", "pkcs12", "-export", "-in", "both.pem", "-out", "out.p12", "-passout", "pass:x"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    error = refusal(file((tmp_path / "out.p12").read_bytes()), "x")
    assert isinstance(error, KeyFileUnusable)
    assert error.facts == {"detail": "key-type"}


def test_a_file_that_takes_for_ever_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "slow.p12"
    path.write_bytes(with_rounds(common(), 2**31 - 1))
    error = refusal(KeyFile(path, Limits(seconds=2, memory=512 * MIB)))
    assert isinstance(error, KeyFileUnusable)
    assert error.facts == {"detail": "too-slow"}


def test_places_where_no_key_file_is(tmp_path: Path) -> None:
    large = tmp_path / "large.p12"
    with large.open("wb") as sparse:
        sparse.truncate(1 << 30)
    os.mkfifo(tmp_path / "pipe")
    for place, detail in (
        (tmp_path / "none.p12", "not-found"),
        (large / "below-a-file", "not-found"),
        (tmp_path, "not-a-file"),
        (tmp_path / "pipe", "not-a-file"),
        (Path("/dev/zero"), "not-a-file"),
        (large, "too-large"),
        (Path("/proc/self/mem"), "not-allowed"),
    ):
        with pytest.raises(KeyFileUnreadable) as caught:
            KeyFile(place).attempts_remaining()
        assert caught.value.facts == {"file": place.name, "detail": detail}


@given(st.binary(max_size=300), st.integers(0, 900))
def test_damage_is_never_anything_but_words(noise: bytes, place: int) -> None:
    from app.pki.keyfile_child import _check_kind

    whole = common()
    for content in (noise, whole[:place] + noise + whole[place:], whole[:place] + noise + whole[place + len(noise) :]):
        with contextlib.suppress(KeyFileUnusable):
            _check_kind(content)


# --- the end --------------------------------------------------------------------------------------------


def ended(process: int) -> bool:
    """Whether it is gone, or waits without any memory for somebody to notice."""
    try:
        return not Path(f"/proc/{process}/cmdline").read_bytes()
    except FileNotFoundError:
        return True


def test_the_key_s_process_ends_with_the_work_however_it_ends(file: Callable[[bytes], KeyFile]) -> None:
    locked = file(common())
    with secret(PASSWORD) as typed, locked.unlock(typed) as unlocked:
        assert not ended(unlocked.pid)
    assert ended(unlocked.pid)
    with pytest.raises(ZeroDivisionError), secret(PASSWORD) as typed, locked.unlock(typed) as unlocked:
        raise ZeroDivisionError
    assert ended(unlocked.pid)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_the_list_of_processes_does_not_name_the_file(file: Callable[[bytes], KeyFile]) -> None:
    """A key file is often called by its owner's name, and everybody on the computer may list arguments."""
    locked = file(common())
    with secret(PASSWORD) as typed, locked.unlock(typed) as unlocked:
        listed = Path(f"/proc/{unlocked.pid}/cmdline").read_bytes()
    assert b"keyfile_child" in listed
    assert os.fsencode(locked.path.name) not in listed
    assert os.fsencode(locked.path.parent.name) not in listed


HOLDER = """
import os, sys
from pathlib import Path
from app.pki.keyfile import KeyFile, from_bytes
typed = bytearray(100)
del typed[os.readv(0, [typed]):]
with from_bytes(typed) as secret, KeyFile(Path(sys.argv[1])).unlock(secret) as signing:
    secret.wipe()
    signing.sign(bytes(32))
    print(signing.pid, flush=True)
    sys.stdin.readline()
print("ended", flush=True)
sys.stdin.readline()
"""


def memory(process: int) -> bytes:
    """What a process holds, as root sees it."""
    parts = []
    with open(f"/proc/{process}/maps") as maps, open(f"/proc/{process}/mem", "rb", 0) as content:
        for line in maps:
            span, rights = line.split()[:2]
            if not rights.startswith("r") or "[v" in line:
                continue
            begin, end = (int(number, 16) for number in span.split("-"))
            content.seek(begin)
            try:
                parts.append(content.read(end - begin))
            except OSError:
                continue
    return b"\0".join(parts)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root sees the memory of others")
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
def test_neither_the_private_key_nor_the_password_is_in_the_memory_of_who_asks(tmp_path: Path) -> None:
    path = tmp_path / "key.p12"
    path.write_bytes(common("rsa-2048", "Canary 合言葉 77"))
    private = key("rsa-2048")
    assert isinstance(private, rsa.RSAPrivateKey)
    prime = private.private_numbers().p
    needles = [prime.to_bytes(128, "big"), prime.to_bytes(128, "little"), "Canary 合言葉 77".encode()]
    with subprocess.Popen(
        [sys.executable, "-I", "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write("Canary 合言葉 77\n".encode())
        child = int(process.stdout.readline())
        held = memory(child)
        assert any(needle in held for needle in needles[:2]), "the search finds what is there"
        assert not any(needle in memory(process.pid) for needle in needles)
        process.stdin.write(b"\n")
        assert process.stdout.readline() == b"ended\n"
        assert not os.path.exists(f"/proc/{child}")
        assert not any(needle in memory(process.pid) for needle in needles)
        process.stdin.write(b"\n")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
def test_a_killed_program_leaves_no_process_with_the_key(tmp_path: Path) -> None:
    path = tmp_path / "key.p12"
    path.write_bytes(common(password="x"))
    with subprocess.Popen(
        [sys.executable, "-I", "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(b"x\n")
        child = int(process.stdout.readline())
        process.kill()
        process.wait()
        ends = time.monotonic() + 20
        while not ended(child):
            assert time.monotonic() < ends
            time.sleep(0.02)


def test_certificates_of_monstrous_size_do_not_go_into_a_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.pki import keyfile_child

    holder = signer("p-256")
    certificates = [root().certificate, holder.certificate, middle().certificate]
    own, above = len(holder.der), len(middle().der)
    monkeypatch.setattr(keyfile_child, "MOST_BYTES", own + above)
    assert keyfile_child._ordered(holder.key, certificates) == [holder.der, middle().der]
    monkeypatch.setattr(keyfile_child, "MOST_BYTES", own - 1)
    with pytest.raises(KeyFileUnusable):
        keyfile_child._ordered(holder.key, certificates)


# --- the password ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("piped", "content"),
    [
        (b"", ""),
        (b"\n", ""),
        (b"pass word \n", "pass word "),
        ("パスワード\r\n".encode(), "パスワード"),
        (b"\xef\xbb\xbfx\n", "x"),
        ("𠮷".encode() * 63, "𠮷" * 63),
    ],
)
def test_a_password_is_taken_as_it_is(piped: bytes, content: str) -> None:
    source = bytearray(piped)
    with from_bytes(source) as held, held.view() as view:
        assert bytes(view).decode() == content
    assert not any(source)


@pytest.mark.parametrize(
    ("piped", "detail"),
    [
        (b"x" * (LONGEST + 1), "too-long"),
        (b"\xff\xfe", "encoding"),
        (b"abc\xe3\x81", "encoding"),
        (b"\x93\xfa", "encoding"),
        (b"pass\0word", "zero-byte"),
    ],
)
def test_what_is_no_password(piped: bytes, detail: str) -> None:
    source = bytearray(piped)
    with pytest.raises(KeyFilePasswordMalformed) as caught:
        from_bytes(source)
    assert caught.value.facts == {"detail": detail}
    assert not any(source)


@given(st.text(st.characters(exclude_characters="\0\r\n\ufeff", exclude_categories=["Cs"]), max_size=60))
def test_any_text_comes_through(text: str) -> None:
    with from_bytes(bytearray(text.encode() + b"\n")) as held, held.view() as view:
        assert bytes(view) == text.encode()
