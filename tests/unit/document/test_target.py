"""Names of outputs, the checks before the card, and the one moment a file gets its name."""

import contextlib
import os
from pathlib import Path

import pytest

from app.document.target import check_target, commit, default_target, free_target, part_file
from app.errors.document import DiskFull, TargetExists, TargetIsSource, TargetNotWritable


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "契約書.pdf"
    path.write_bytes(b"%PDF original")
    path.chmod(0o640)
    return path


def test_the_suffix_stands_once_however_many_sign(source: Path) -> None:
    assert default_target(source, "_署名済み").name == "契約書_署名済み.pdf"
    assert default_target(source.with_name("契約書_署名済み.pdf"), "_署名済み").name == "契約書_署名済み-2.pdf"


def test_a_free_name_is_found(source: Path) -> None:
    assert free_target(source.with_name("x.pdf")).name == "x.pdf"
    source.with_name("x.pdf").touch()
    source.with_name("x-2.pdf").touch()
    assert free_target(source.with_name("x.pdf")).name == "x-3.pdf"


def test_the_original_is_refused_by_whatever_name(source: Path) -> None:
    link, hard = source.with_name("link.pdf"), source.with_name("hard.pdf")
    link.symlink_to(source)
    os.link(source, hard)
    for target in (source, link, hard, source.parent / "." / source.name):
        with pytest.raises(TargetIsSource):
            check_target(target, source, 100, overwrite=True)


def test_an_existing_file_needs_leave(source: Path) -> None:
    target = source.with_name("out.pdf")
    target.write_bytes(b"mine")
    with pytest.raises(TargetExists):
        check_target(target, source, 100, overwrite=False)
    check_target(target, source, 100, overwrite=True)
    assert target.read_bytes() == b"mine"


def test_a_missing_folder_and_a_folder_as_target(source: Path) -> None:
    with pytest.raises(TargetNotWritable):
        check_target(source.parent / "none" / "out.pdf", source, 100, overwrite=False)
    (source.parent / "dir.pdf").mkdir()
    with pytest.raises(TargetNotWritable):
        check_target(source.parent / "dir.pdf", source, 100, overwrite=True)


def test_room_is_asked_for_before(source: Path) -> None:
    with pytest.raises(DiskFull):
        check_target(source.with_name("out.pdf"), source, 1 << 60, overwrite=False)


def test_the_part_goes_unless_it_got_its_name(source: Path) -> None:
    target = source.with_name("out.pdf")
    with contextlib.suppress(KeyboardInterrupt), part_file(target, 10) as part:
        part.write_bytes(b"half")
        raise KeyboardInterrupt
    assert sorted(path.name for path in source.parent.iterdir()) == [source.name]
    with part_file(target, 10) as part:
        part.write_bytes(b"whole")
        commit(part, target, source, overwrite=False)
    assert target.read_bytes() == b"whole"
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in source.parent.iterdir()) == sorted([source.name, "out.pdf"])


def test_a_file_that_came_meanwhile_is_not_replaced(source: Path) -> None:
    target = source.with_name("out.pdf")
    with part_file(target, 10) as part:
        part.write_bytes(b"whole")
        target.write_bytes(b"somebody else's")
        with pytest.raises(TargetExists):
            commit(part, target, source, overwrite=False)
    assert target.read_bytes() == b"somebody else's"
    with part_file(target, 10) as part:
        part.write_bytes(b"whole")
        commit(part, target, source, overwrite=True)
    assert target.read_bytes() == b"whole"


def test_a_name_that_the_file_system_cannot_have_is_found_out_before(source: Path) -> None:
    with pytest.raises(TargetNotWritable):
        check_target(source.with_name("字" * 120 + ".pdf"), source, 100, overwrite=False)


def test_parts_of_killed_runs_are_swept_but_not_those_of_the_living(source: Path) -> None:
    orphan = source.with_name(".natsuin-abcd_123.part")
    stranger = source.with_name(".natsuin-my own notes.part")
    for path in (orphan, stranger):
        path.touch()
        os.utime(path, (1_600_000_000, 1_600_000_000))
    with part_file(source.with_name("out.pdf"), 10) as part:
        os.utime(part, (1_600_000_000, 1_600_000_000))
        check_target(source.with_name("other.pdf"), source, 100, overwrite=False)
        assert part.exists()
    assert not orphan.exists()
    assert stranger.exists()
