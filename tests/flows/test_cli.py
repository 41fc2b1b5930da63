"""The command line with the demo card: what it makes, what strangers say of it, and how it refuses."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from papers import paper
from strangers import openssl_accepts, pdfsig, qpdf_is_content

from app import assets

PASSWORD = b"DEMO1234\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "契約書.pdf"
    path.write_bytes(paper(3))
    return path


@pytest.fixture
def natsuin(own_home: Path) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Runs the command in a process of its own, with its temporary files in this test's home."""

    def run(*words: object, stdin: bytes = b"", **options: Any) -> subprocess.CompletedProcess[bytes]:
        environment = {**os.environ, "TMPDIR": str(own_home), "LC_ALL": "ja_JP.UTF-8", **options.pop("env", {})}
        return subprocess.run(
            [sys.executable, "-I", "-m", "app", *map(str, words)],
            input=stdin, capture_output=True, env=environment, check=False, start_new_session=True, **options,
        )  # fmt: skip

    return run


def code(done: subprocess.CompletedProcess[bytes]) -> str:
    """The error code of a run with --json; its words must be on standard error too."""
    assert done.stderr.strip()
    assert b"Traceback" not in done.stderr
    return str(json.loads(done.stdout)["error"]["code"])


def untouched(source: Path, before: bytes) -> bool:
    """The original is as it was and nothing else lies beside it."""
    return source.read_bytes() == before and [path.name for path in source.parent.iterdir()] == [source.name]


def test_strangers_accept_what_the_demo_card_signed(source: Path, natsuin: Any, tmp_path_factory: Any) -> None:
    before = source.read_bytes()
    done = natsuin("sign", "--demo", "--password-stdin", "--json", source, stdin=PASSWORD)
    assert done.returncode == 0, done.stderr.decode()
    target = source.with_name("契約書-demo.pdf")
    said = json.loads(done.stdout)
    assert said["target"] == str(target)
    assert said["source_sha256"] == hashlib.sha256(before).hexdigest()
    assert said["target_sha256"] == hashlib.sha256(target.read_bytes()).hexdigest()
    assert (said["profile"], said["level"], said["page"], said["demo"]) == ("pades-b-b", "pades-b-b", 3, True)
    assert said["verification"]["verdict"] == "caution"
    assert source.read_bytes() == before
    assert target.read_bytes().startswith(before)
    opinion = pdfsig(target)
    assert "Signature is Valid" in opinion
    assert "Total document signed" in opinion
    assert "ETSI.CAdES.detached" in opinion
    assert qpdf_is_content(target)
    assert openssl_accepts(target, assets.path("demo", "ca.pem"), tmp_path_factory.mktemp("openssl"))


def test_two_people_sign_in_turn(source: Path, natsuin: Any) -> None:
    natsuin("sign", "--demo", "--password-stdin", source, "-o", source.with_name("1.pdf"), stdin=PASSWORD)
    done = natsuin(
        "sign", "--demo", "--password-stdin", "--place", "1:20,20,60,20", "--json",
        source.with_name("1.pdf"), "-o", source.with_name("2.pdf"), stdin=PASSWORD,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    report = json.loads(done.stdout)["verification"]
    assert [s["intact"] for s in report["signatures"]] == [True, True]
    assert [s["changes"] for s in report["signatures"]] == ["permitted", "none"]
    assert pdfsig(source.with_name("2.pdf")).count("Signature is Valid") == 2


def test_verify_tells_by_its_exit_code(source: Path, natsuin: Any) -> None:
    assert natsuin("verify", source).returncode == 4
    natsuin("sign", "--demo", "--password-stdin", "--invisible", source, stdin=PASSWORD)
    signed = source.with_name("契約書-demo.pdf")
    done = natsuin("verify", "--json", signed)
    assert done.returncode == 3
    signature = json.loads(done.stdout)["signatures"][0]
    assert (signature["trusted"], signature["verdict"]) == ("demo", "caution")
    trusted = natsuin("verify", "--json", "--trust", assets.path("demo", "ca.pem"), signed)
    assert json.loads(trusted.stdout)["verdict"] != "good"
    content = bytearray(signed.read_bytes())
    content[content.index(b"A page of")] ^= 1
    signed.write_bytes(content)
    done = natsuin("verify", "--json", signed)
    assert done.returncode == 3
    assert json.loads(done.stdout)["verdict"] == "bad"


def test_the_card_is_shown_without_a_password(natsuin: Any) -> None:
    done = natsuin("card", "--demo", "--json")
    (reader,) = json.loads(done.stdout)["readers"]
    assert (reader["card"], reader["sign_tries_left"], reader["auth_tries_left"]) == ("my-number", 5, 3)
    assert reader["sign_certificate"] is True


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (b"WRONG999\n", "password-incorrect"),
        (b"1234\n", "other-password-typed"),
        (b"\xef\xbc\x91\xef\xbc\x92\xef\xbc\x93\xef\xbc\x94\n", "other-password-typed"),  # full-width 1234
        (b"AB12\n", "password-malformed"),
        (b"YAMADA-01\n", "password-malformed"),
        (b"", "password-malformed"),
        (b"A" * 2000, "password-malformed"),
        (b"\xff\xfe\n", "password-malformed"),
    ],
)
def test_a_password_that_does_not_fit(source: Path, natsuin: Any, typed: bytes, expected: str) -> None:
    before = source.read_bytes()
    done = natsuin("sign", "--demo", "--password-stdin", "--json", source, stdin=typed)
    assert done.returncode == 1
    assert code(done) == expected
    assert untouched(source, before)
    if expected == "password-incorrect":
        assert json.loads(done.stdout)["error"]["attempts_remaining"] == 4


def test_small_letters_and_full_width_are_raised(source: Path, natsuin: Any) -> None:
    typed = "ｄｅｍｏ1234\r\n".encode()
    assert natsuin("sign", "--demo", "--password-stdin", source, stdin=typed).returncode == 0


def test_without_a_terminal_the_password_cannot_be_asked(source: Path, natsuin: Any) -> None:
    done = natsuin("sign", "--demo", "--json", source)
    assert done.returncode == 2
    assert code(done) == "password-not-askable"


@pytest.mark.parametrize(
    "words",
    [
        ["sign"],
        ["sign", "--place", "1:2,3", "x.pdf"],
        ["sign", "--place", "1:nan,0,10,10", "x.pdf"],
        ["sign", "--profile", "gold", "x.pdf"],
        ["sign", "--invisible", "--field", "A", "x.pdf"],
        ["sign", "--demo", "--reader", "A", "x.pdf"],
        ["sign", "--wait", "-1", "x.pdf"],
        ["verify"],
        ["card", "--no-such-option"],
    ],
)
def test_wrong_usage_is_exit_2(natsuin: Any, words: list[str]) -> None:
    done = natsuin(*words, "--json")
    assert done.returncode == 2
    assert code(done) == "wrong-usage"


def test_documents_that_cannot_be_signed(source: Path, natsuin: Any, tmp_path: Path) -> None:
    before = source.read_bytes()

    def refusal(*words: object) -> str:
        return code(natsuin("sign", "--demo", "--password-stdin", "--json", *words, stdin=PASSWORD))

    (tmp_path / "text.pdf").write_text("this is no PDF")
    (tmp_path / "empty.pdf").touch()
    assert refusal(tmp_path / "text.pdf") == "pdf-unreadable"
    assert refusal(tmp_path / "empty.pdf") == "pdf-unreadable"
    assert refusal(tmp_path / "none.pdf") == "file-not-found"
    assert refusal(tmp_path) == "file-not-readable"
    subprocess.run(["qpdf", "--encrypt", "open", "owner", "256", "--", source, tmp_path / "locked.pdf"], check=True)
    assert refusal(tmp_path / "locked.pdf") == "pdf-password-required"
    subprocess.run(
        ["qpdf", "--encrypt", "", "owner", "256", "--modify=none", "--annotate=n", "--form=n", "--", source,
         tmp_path / "frozen.pdf"], check=True,
    )  # fmt: skip
    assert refusal(tmp_path / "frozen.pdf") == "signing-not-permitted"
    assert refusal("--place", "9:1,1,60,20", source) == "page-not-found"
    assert refusal("--place", "1:200,1,60,20", source) == "place-off-page"
    assert refusal("--place", "1:1,1,8,3", source) == "box-too-small"
    assert refusal("--field", "none", source) == "field-not-found"
    assert refusal("-o", source, source) == "target-is-source"
    assert refusal("-o", tmp_path / "none" / "x.pdf", source) == "target-not-writable"
    (tmp_path / "there.pdf").write_bytes(b"mine")
    assert refusal("-o", tmp_path / "there.pdf", source) == "target-exists"
    assert (tmp_path / "there.pdf").read_bytes() == b"mine"
    assert source.read_bytes() == before
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_an_encrypted_document_that_opens_for_all_is_signed(source: Path, natsuin: Any, tmp_path: Path) -> None:
    open_for_all = tmp_path / "open.pdf"
    subprocess.run(["qpdf", "--encrypt", "", "owner", "256", "--", source, open_for_all], check=True)
    assert natsuin("sign", "--demo", "--password-stdin", open_for_all, stdin=PASSWORD).returncode == 0
    signed = tmp_path / "open-demo.pdf"
    assert "Signature is Valid" in pdfsig(signed)
    assert qpdf_is_content(signed)


def test_force_replaces_an_output_but_never_the_original(source: Path, natsuin: Any) -> None:
    target = source.with_name("out.pdf")
    target.write_bytes(b"old")
    done = natsuin("sign", "--demo", "--password-stdin", "--force", "-o", target, source, stdin=PASSWORD)
    assert done.returncode == 0
    assert "Total document signed" in pdfsig(target)


@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs setpriv")
@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs root to become somebody else")
def test_a_folder_that_this_person_may_not_write(source: Path, own_home: Path) -> None:
    before = source.read_bytes()
    source.parent.chmod(0o755)
    source.chmod(0o644)
    for folder in (own_home, *own_home.parents, *source.parents):
        if folder.stat().st_uid == os.geteuid() and str(folder).startswith("/tmp/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    scratch = own_home / "scratch"
    scratch.mkdir()
    scratch.chmod(0o777)
    done = subprocess.run(
        # an unprivileged user who may read this checkout and this Python wherever they lie, and write nowhere
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all,+dac_read_search",
         "--ambient-caps=-all,+dac_read_search", "--bounding-set=-all,+dac_read_search",
         sys.executable, "-I", "-m", "app", "sign", "--demo", "--password-stdin", "--json", str(source)],
        input=PASSWORD, capture_output=True, check=False, start_new_session=True,
        env={**os.environ, "TMPDIR": str(scratch)},
    )  # fmt: skip
    assert code(done) == "target-not-writable"
    assert untouched(source, before)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs root to mount a small disk")
def test_a_full_disk(source: Path, natsuin: Any, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", small], check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        before = source.read_bytes()
        target = small / "x.pdf"
        done = natsuin("sign", "--demo", "--password-stdin", "--json", "-o", target, source, stdin=PASSWORD)
        assert code(done) == "disk-full"
        assert list(small.iterdir()) == []
        assert source.read_bytes() == before
    finally:
        subprocess.run(["umount", small], check=True)


def test_the_last_page_by_its_number_from_the_end(source: Path, natsuin: Any) -> None:
    words = ("sign", "--demo", "--password-stdin", "--json", "--place", "-1:10,10,70,25", source)
    done = natsuin(*words, stdin=PASSWORD)
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout)["page"] == 3


def test_a_result_that_cannot_be_printed_is_no_traceback(source: Path, natsuin: Any, own_home: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-I", "-m", "app", "card", "--demo", "--json"], stdout=full, stderr=subprocess.PIPE,
            check=False, env={**os.environ, "TMPDIR": str(own_home)},
        )  # fmt: skip
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr


def test_without_a_screen_the_window_says_so(natsuin: Any) -> None:
    blind = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""}
    done = natsuin("x.pdf", env=blind)
    assert done.returncode == 1
    assert b"natsuin --help" in done.stderr


def test_a_name_that_is_no_text(tmp_path: Path, natsuin: Any) -> None:
    source = os.fsencode(tmp_path) + b"/\xff\xfe.pdf"
    Path(os.fsdecode(source)).write_bytes(paper())
    done = natsuin("sign", "--demo", "--password-stdin", "--json", os.fsdecode(source), stdin=PASSWORD)
    assert done.returncode == 0, done.stderr.decode()
    assert os.path.exists(json.loads(done.stdout)["target"])


@pytest.mark.parametrize(
    ("words", "offending"),
    [
        (["nosuch.pdf", "--version"], "nosuch.pdf"),
        (["sign", "x.pdf", "--bogus"], "--bogus"),
        (["sign", "x.pdf", "--reason"], "--reason"),
        (["verify"], "FILE"),
        (["verify", ""], "FILE"),
        (["sign", "x.pdf", "--p12", ""], "--p12"),
        (["sign", "x.pdf", "--p12="], "--p12"),
        (["sign", "x.pdf", "--output", ""], "-o/--output"),
        (["sign", "x.pdf", "--reader", ""], "--reader"),
        (["sign", "x.pdf", "--wait", ""], "--wait"),
        (["sign", "x.pdf", "--profile", ""], "--profile"),
        (["sign", "x.pdf", "--place="], "--place"),
        (["sign", "x.pdf", "--field", ""], "--field"),
        (["verify", "x.pdf", "--trust", ""], "--trust"),
        (["doctor", "--reader", ""], "--reader"),
    ],
)
def test_wrong_usage_names_the_offending_word_only(natsuin: Any, words: list[str], offending: str) -> None:
    done = natsuin(*words, "--json")
    assert json.loads(done.stdout)["error"] == {"code": "wrong-usage", "detail": offending}


def test_where_no_pdf_is_at_stake_none_is_spoken_of(natsuin: Callable[..., subprocess.CompletedProcess[bytes]]) -> None:
    for command in ("card", "doctor"):
        done = natsuin(command, "--reader", "no such reader", *(("--demo",) if command == "card" else ()))
        assert done.returncode != 0
        assert "PDF" not in done.stderr.decode()
