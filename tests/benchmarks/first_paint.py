"""From the start of the process to the first paint, and to the first page: our window beside a bare one.

Run it on a quiet machine with a display: `python tests/benchmarks/first_paint.py [FILE.pdf]`.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROUNDS = 9
BANNED = ("pyhanko", "lxml", "aiohttp", "smartcard", "pypdfium2", "pypdfium2_raw", "cryptography", "asn1crypto")
PAINT_LIMIT, PAGE_LIMIT = 50, 100  # ms


def bare(born: int) -> None:
    """The least a PySide6 program can do."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    class Window(QMainWindow):
        painted = False

        def paintEvent(self, event: Any) -> None:
            super().paintEvent(event)
            if not self.painted:
                self.painted = True
                QTimer.singleShot(0, report)

    def report() -> None:
        print(json.dumps({"paint": (time.monotonic_ns() - born) / 1e6}), flush=True)
        app.quit()

    app = QApplication([])
    window = Window()
    window.resize(1280, 806)
    window.show()
    app.exec()


def ours(born: int, file: str) -> None:
    """The program itself, watched from outside."""
    from app import settings

    found: dict[str, Any] = {}
    real_load = settings.load

    def load() -> settings.Settings:
        # called after the render child was started and before Qt is loaded: the order stays as it is
        from PySide6.QtWidgets import QApplication

        QApplication.exec = staticmethod(watched_exec)  # type: ignore[method-assign, assignment]
        return real_load()

    def watched_exec() -> int:
        from PySide6.QtCore import QCoreApplication, QTimer
        from PySide6.QtWidgets import QApplication

        from app.gui.main_window import MainWindow

        window = next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, MainWindow))

        def painted() -> None:
            QTimer.singleShot(0, paint_done)

        def paint_done() -> None:
            found["paint"] = (time.monotonic_ns() - born) / 1e6
            found["banned"] = [name for name in BANNED if name in sys.modules]

        def page_done() -> None:
            found.setdefault("page", (time.monotonic_ns() - born) / 1e6)

        def whole() -> None:
            found["whole"] = (time.monotonic_ns() - born) / 1e6
            print(json.dumps(found), flush=True)
            window.close()

        window.first_painted.connect(painted)
        window.page_painted.connect(page_done)
        window.settled.connect(lambda: QTimer.singleShot(0, whole))
        QTimer.singleShot(20000, QApplication.quit)
        return QCoreApplication.exec()

    settings.load = load  # type: ignore[assignment]
    from app.gui.application import main

    main([file])


def measure(kind: str, file: str) -> dict[str, Any]:
    """One process."""
    # an installed program has its bytecode: compiling it anew each time is not its start
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, __file__, "--run", kind, str(time.monotonic_ns()), file]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return dict(json.loads(done.stdout))


def main() -> int:
    """Prints the table; 1 when a limit is missed."""
    default = Path(__file__).resolve().parents[2] / "resources" / "sample.pdf"
    file = str(Path(sys.argv[1] if len(sys.argv) > 1 else default).resolve())
    rows: dict[str, list[dict[str, Any]]] = {"bare": [], "ours": []}
    for _round in range(ROUNDS + 1):  # the first warms the caches
        for kind, found in rows.items():
            found.append(measure(kind, file))
    base = statistics.median(row["paint"] for row in rows["bare"][1:])
    paint = statistics.median(row["paint"] for row in rows["ours"][1:])
    page = statistics.median(row["page"] for row in rows["ours"][1:])
    whole = statistics.median(row["whole"] for row in rows["ours"][1:])
    banned = sorted({name for row in rows["ours"] for name in row["banned"]})
    print(f"median of {ROUNDS}                      ms   limit")
    print(f"bare window, first paint    {base:6.0f}")
    print(f"ours, first paint           {paint:6.0f}   {base + PAINT_LIMIT:4.0f}")
    print(f"ours, first page            {page:6.0f}   {paint + PAGE_LIMIT:4.0f}")
    print(f"ours, everything in place   {whole:6.0f}")
    print(f"libraries that should wait: {', '.join(banned) or 'none loaded'}")
    return 0 if paint <= base + PAINT_LIMIT and page <= paint + PAGE_LIMIT and not banned else 1


if __name__ == "__main__":
    if len(sys.argv) == 5 and sys.argv[1] == "--run":
        if sys.argv[2] == "bare":
            bare(int(sys.argv[3]))
        else:
            ours(int(sys.argv[3]), sys.argv[4])
    else:
        sys.exit(main())
