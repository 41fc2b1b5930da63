"""Opening a file for the eyes: snapshot and render child. No Qt, so that it begins before the window exists."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.document.render import Renderer
from app.document.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class OpenedPdf:
    """A file that can be looked at: page sizes are points as seen."""

    snapshot: Snapshot
    renderer: Renderer
    sizes: tuple[tuple[float, float], ...]

    def close(self) -> None:
        """Ends the render child and removes the private copy."""
        self.renderer.close()
        self.snapshot.close()


def open_pdf(path: Path) -> OpenedPdf:
    """Takes the snapshot and opens it in a render child. Raises UserError; then nothing is left behind."""
    snapshot = Snapshot.take(path)
    try:
        renderer = Renderer(snapshot.path)
        try:
            return OpenedPdf(snapshot, renderer, tuple(renderer.open(None)))
        except BaseException:
            renderer.close()
            raise
    except BaseException:
        snapshot.close()
        raise
