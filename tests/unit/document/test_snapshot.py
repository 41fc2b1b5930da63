"""What was opened is kept; what changed meanwhile is noticed."""

import hashlib
import os
from pathlib import Path

import pytest

from app.document.snapshot import Snapshot
from app.errors.document import FileChanged, FileNotFound, FileNotReadable


def test_a_private_copy_and_its_hash(tmp_path: Path) -> None:
    source = tmp_path / "契約書.pdf"
    source.write_bytes(b"%PDF-1.7 " + bytes(3 << 20))
    with Snapshot.take(source) as snapshot:
        assert snapshot.path.read_bytes() == source.read_bytes()
        assert snapshot.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
        assert snapshot.size == source.stat().st_size
        assert os.stat(snapshot.path.parent).st_mode & 0o077 == 0
        state = snapshot.hasher()
        state.update(b"more")
        assert state.hexdigest() == hashlib.sha256(source.read_bytes() + b"more").hexdigest()
        assert snapshot.hasher().hexdigest() == snapshot.sha256
    assert not snapshot.path.parent.exists()


def test_another_digest_reads_the_copy_again_and_only_that_copy(tmp_path: Path) -> None:
    source = tmp_path / "a.pdf"
    source.write_bytes(b"%PDF-1.7 " + bytes(3 << 20))
    with Snapshot.take(source) as snapshot:
        for algorithm in ("sha384", "sha512"):
            expected = hashlib.new(algorithm, source.read_bytes()).hexdigest()
            assert snapshot.hasher(algorithm).hexdigest() == expected
        with snapshot.path.open("r+b") as copy:
            copy.write(b"#")
        with pytest.raises(FileChanged):
            snapshot.hasher("sha384")


def test_a_rewritten_source_is_noticed_even_with_the_same_size_and_time(tmp_path: Path) -> None:
    source = tmp_path / "a.pdf"
    source.write_bytes(b"AAAA")
    times = source.stat()
    with Snapshot.take(source) as snapshot:
        snapshot.verify_unchanged()
        source.write_bytes(b"BBBB")
        os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))
        with pytest.raises(FileChanged):
            snapshot.verify_unchanged()
        source.unlink()
        with pytest.raises(FileChanged):
            snapshot.verify_unchanged()


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    with pytest.raises(FileNotFound):
        Snapshot.take(tmp_path / "none.pdf")
    with pytest.raises(FileNotReadable):
        Snapshot.take(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileNotReadable):
        Snapshot.take(tmp_path / "pipe")
    with pytest.raises(FileNotReadable):
        Snapshot.take(Path("/dev/zero"))


def test_copies_of_killed_runs_are_swept_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    long_ago = 1_600_000_000

    def folder(name: str, *files: str, mode: int = 0o700) -> Path:
        made = tmp_path / name
        made.mkdir(mode=mode)
        for file in files:
            (made / file).touch()
            os.utime(made / file, (long_ago, long_ago))
        return made

    orphan = folder("natsuin-abcd_123", "source.pdf")
    mine = [
        folder("natsuin-2026-contracts", "source.pdf"),
        folder("natsuin-contract", "source.pdf", "notes.txt"),
        folder("natsuin-holidays", "photo.jpg"),
        folder("natsuin-shared01", "source.pdf", mode=0o755),
    ]
    source = tmp_path / "a.pdf"
    source.write_bytes(b"x")
    with Snapshot.take(source) as held:
        os.utime(held.path, (long_ago, long_ago))
        Snapshot.take(source).close()
        assert held.path.exists()
    assert all(path.exists() for path in mine)
    assert not orphan.exists()
