"""What a person installs holds everything the program needs: words, icons, the sample, the practice CA."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_the_wheel_is_complete(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("natsuin-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (entries,) = [name for name in names if name.endswith("entry_points.txt")]
        scripts = archive.read(entries).decode()
    for needed in (
        "app/__main__.py",
        "app/resources/locale/ja/LC_MESSAGES/natsuin.mo",
        "app/resources/icons/natsuin.svg",
        "app/resources/sample.pdf",
        "app/resources/demo/ca.pem",
    ):
        assert needed in names
    assert "[gui_scripts]" in scripts
    assert "natsuin = app.__main__:main" in scripts
    assert not [name for name in names if name.startswith(("tests/", "packaging/"))]
