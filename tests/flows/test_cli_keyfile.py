"""The command line with a key file: what strangers say of each kind of key, and how it refuses."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding
from keyfiles import DIGESTS, KINDS, PASSWORD, common, corporation, issued, key, middle, name, p12, root
from papers import paper
from strangers import openssl_accepts, pdfsig, qpdf_is_content, signature_parts

TYPED = PASSWORD.encode() + b"\n"


@pytest.fixture(autouse=True)
def nothing_left(own_home: Path, tmp_path: Path) -> Iterator[None]:
    """No file of a run holds the key file's password, in whatever form."""
    yield
    forms = [PASSWORD.encode(), PASSWORD.encode("utf-16-be"), PASSWORD.encode().hex().encode()]
    for folder in (own_home, tmp_path):
        for file in folder.rglob("*"):
            if file.is_file():
                content = file.read_bytes()
                assert not any(form in content or form.upper() in content for form in forms), file


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    path = folder / "申請書.pdf"
    path.write_bytes(paper(2))
    return path


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    path = tmp_path / "root.pem"
    path.write_bytes(root().certificate.public_bytes(Encoding.PEM))
    return path


@pytest.fixture
def natsuin(own_home: Path) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Runs the command in a process of its own, with its temporary files in this test's home."""

    def run(*words: object, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-I", "-m", "app", *map(str, words)],
            input=stdin, capture_output=True, check=False, start_new_session=True,
            env={**os.environ, "TMPDIR": str(own_home), "LC_ALL": "ja_JP.UTF-8"},
        )  # fmt: skip

    return run


def made(folder: Path, content: bytes) -> Path:
    path = folder / "鍵.p12"
    path.write_bytes(content)
    return path


def error_of(done: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    """The error of a run with --json; its words must be on standard error too."""
    assert done.stderr.strip()
    assert b"Traceback" not in done.stderr
    assert PASSWORD.encode() not in done.stderr + done.stdout
    return dict(json.loads(done.stdout)["error"])


@pytest.mark.parametrize("kind", KINDS)
def test_strangers_accept_every_kind_of_key(
    kind: str, source: Path, authority: Path, natsuin: Any, tmp_path: Path
) -> None:
    before = source.read_bytes()
    done = natsuin(
        "sign", "--p12", made(tmp_path, common(kind)), "--password-stdin", "--json", source, stdin=TYPED
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert "鍵ファイルで署名しました" in done.stderr.decode()
    target = source.with_name("申請書-signed.pdf")
    assert target.read_bytes().startswith(before)
    opinion = pdfsig(target)
    assert "Signature is Valid" in opinion
    assert "Total document signed" in opinion
    assert f"Signing Hash Algorithm: {DIGESTS[kind]}" in opinion
    assert qpdf_is_content(target)
    assert openssl_accepts(target, authority, tmp_path)

    signer = cms.ContentInfo.load(signature_parts(target)[1])["content"]["signer_infos"][0]
    digest = DIGESTS[kind].lower().replace("-", "")
    family = "rsa" if kind.startswith("rsa") else "ecdsa"
    assert signer["digest_algorithm"]["algorithm"].native == digest
    assert signer["signature_algorithm"]["algorithm"].native == f"{digest}_{family}"

    said = natsuin("verify", "--json", "--trust", authority, target)
    (signature,) = json.loads(said.stdout)["signatures"]
    assert (signature["verdict"], signature["trusted"], signature["reasons"]) == (
        "good", "given", ["validity-not-proven"]
    )  # fmt: skip
    assert signature["holder"] == "行政 花子（花子行政書士事務所）"
    alone = json.loads(natsuin("verify", "--json", target).stdout)
    assert (alone["verdict"], alone["signatures"][0]["trusted"]) == ("caution", "no")


def test_altered_content_shows_with_every_digest(source: Path, natsuin: Any, tmp_path: Path) -> None:
    for kind in ("p-384", "p-521"):
        target = source.with_name(f"{kind}.pdf")
        words = ("sign", "--p12", made(tmp_path, common(kind)), "--password-stdin", "-o", target, source)
        assert natsuin(*words, stdin=TYPED).returncode == 0
        content = bytearray(target.read_bytes())
        content[content.index(b"A page of")] ^= 1
        target.write_bytes(content)
        assert json.loads(natsuin("verify", "--json", target).stdout)["verdict"] == "bad"


def test_a_card_and_a_key_file_sign_in_turn(source: Path, natsuin: Any, tmp_path: Path) -> None:
    first, second = source.with_name("1.pdf"), source.with_name("2.pdf")
    natsuin("sign", "--demo", "--password-stdin", source, "-o", first, stdin=b"DEMO1234\n")
    done = natsuin(
        "sign", "--p12", made(tmp_path, common("p-384")), "--password-stdin", "--place", "1:20,20,60,20", "--json",
        first, "-o", second, stdin=TYPED,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    report = json.loads(done.stdout)["verification"]
    assert [s["intact"] for s in report["signatures"]] == [True, True]
    assert [s["changes"] for s in report["signatures"]] == ["permitted", "none"]
    assert pdfsig(second).count("Signature is Valid") == 2


def test_the_commercial_registry_names_representative_and_company(source: Path, natsuin: Any, tmp_path: Path) -> None:
    extension = corporation("サンプル株式会社", "山田太郎")
    holder = issued(key("rsa-2048"), name("Taro Yamada", "Sample K.K."), middle(), corporation=extension)
    done = natsuin(
        "sign", "--p12", made(tmp_path, p12(holder, [middle().certificate])), "--password-stdin", "--json", source,
        stdin=TYPED,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    (signature,) = json.loads(done.stdout)["verification"]["signatures"]
    assert signature["holder"] == "山田太郎（サンプル株式会社）"
    plain = ["qpdf", "--qdf", source.with_name("申請書-signed.pdf"), "-"]
    seen = subprocess.run(plain, capture_output=True, check=True).stdout
    assert "山田太郎（サンプル株式会社）".encode("utf-16-be").hex().upper().encode() in seen, "on the page too"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (b"wrong\n", "key-file-password-incorrect"),
        (b"", "key-file-password-incorrect"),
        (b"1234\n", "key-file-password-incorrect"),
        (b"x" * 300, "key-file-password-malformed"),
        (b"\xff\xfe\n", "key-file-password-malformed"),
    ],
)
def test_a_password_that_does_not_fit(source: Path, natsuin: Any, tmp_path: Path, typed: bytes, expected: str) -> None:
    before = source.read_bytes()
    key_file = made(tmp_path, common())
    done = natsuin("sign", "--p12", key_file, "--password-stdin", "--json", source, stdin=typed)
    assert done.returncode == 1
    assert error_of(done)["code"] == expected
    assert source.read_bytes() == before
    assert [path.name for path in source.parent.iterdir()] == [source.name]


@pytest.mark.parametrize(
    ("certificate", "expected"),
    [
        ({"days": (-400, -35)}, "certificate-expired"),
        ({"days": (5, 400)}, "certificate-not-yet-valid"),
        ({"usage": False}, "certificate-unusable"),
    ],
)
def test_certificates_that_must_not_sign_are_refused_in_words_of_their_own(
    source: Path, natsuin: Any, tmp_path: Path, certificate: dict[str, Any], expected: str
) -> None:
    holder = issued(key("p-256"), name("x"), middle(), **certificate)
    done = natsuin("sign", "--p12", made(tmp_path, p12(holder)), "--password-stdin", "--json", source, stdin=TYPED)
    error = error_of(done)
    assert (error["code"], error["key"]) == (expected, "file")
    assert "鍵ファイル" in done.stderr.decode()
    assert "窓口" not in done.stderr.decode()
    assert "カード" not in done.stderr.decode()
    assert [path.name for path in source.parent.iterdir()] == [source.name]


def test_a_key_file_is_looked_at_before_the_password_is_asked(source: Path, natsuin: Any, tmp_path: Path) -> None:
    done = natsuin("sign", "--p12", made(tmp_path, b"%PDF-1.7"), "--json", source)
    assert error_of(done) == {"code": "key-file-unusable", "detail": "not-pkcs12"}
    done = natsuin("sign", "--p12", tmp_path / "none.p12", "--json", source)
    assert error_of(done) == {"code": "key-file-unreadable", "detail": "not-found", "file": "none.p12"}
    done = natsuin("sign", "--p12", made(tmp_path, common()), "--json", source)
    assert (done.returncode, error_of(done)["code"]) == (2, "password-not-askable")


@pytest.mark.parametrize("other", [["--demo"], ["--reader", "A"]])
def test_a_key_file_excludes_a_card(source: Path, natsuin: Any, other: list[str]) -> None:
    done = natsuin("sign", "--p12", "x.p12", *other, "--json", source)
    assert (done.returncode, error_of(done)["code"]) == (2, "wrong-usage")


def test_on_a_terminal_it_asks_for_the_key_file_s_password_unseen(source: Path, own_home: Path, tmp_path: Path) -> None:
    key_file = made(tmp_path, common())
    process, terminal = pty.fork()
    if process == 0:
        words = [sys.executable, "-I", "-m", "app", "sign", "--p12", str(key_file), str(source)]
        os.execve(words[0], words, {**os.environ, "TMPDIR": str(own_home), "LC_ALL": "ja_JP.UTF-8"})
    screen, typed, ends = b"", False, time.monotonic() + 60
    while time.monotonic() < ends and select.select([terminal], [], [], 60)[0]:
        try:
            screen += os.read(terminal, 4096)
        except OSError:  # the other side is closed
            break
        if not typed and "鍵ファイル 鍵.p12 のパスワード:".encode() in screen:
            typed = True
            time.sleep(0.2)  # what is typed before the echo is off would be thrown away
            os.write(terminal, TYPED)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
    os.close(terminal)
    assert typed
    assert "残り".encode() not in screen
    assert PASSWORD.encode() not in screen
    assert source.with_name("申請書-signed.pdf").exists()
