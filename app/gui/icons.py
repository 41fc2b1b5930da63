"""Line drawings of our own (resources/icons), tinted and drawn at device pixels when asked for.

The files say `currentColor` where the tint belongs, and a stroke of 1.75 on a grid of 24: large pictures get a
thinner line, so that they do not look heavier than the text beside them.
"""

from __future__ import annotations

import math
from functools import cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QImage, QPainter, QPixmap

from app import assets

_STROKE = 'stroke-width="1.75"'


def icon(name: str, color: QColor, size: int = 20) -> QIcon:
    """The drawing `name` in `color`, sharp on every screen now attached; `size` in px."""
    result = QIcon()
    for ratio in sorted({screen.devicePixelRatio() for screen in QGuiApplication.screens()}):
        result.addPixmap(pixmap(name, color, size, ratio))
    return result


def pixmap(name: str, color: QColor, size: int, ratio: float = 1.0) -> QPixmap:
    """The drawing `name` in `color`, `size` px wide and high, for a screen of `ratio` device pixels a px."""
    return QPixmap.fromImage(_drawn(name, color.name(), size, ratio))


def mark(size: int, ratio: float = 1.0) -> QPixmap:
    """The program's mark; below 24 px a ring with a dot, since the character would clot."""
    return pixmap("natsuin" if size >= 24 else "natsuin-small", QColor(), size, ratio)


def window_icon() -> QIcon:
    """The mark in the sizes that desktops ask for."""
    result = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256):
        result.addPixmap(mark(size))
    return result


@cache  # images, not pixmaps: they may outlive the application object
def _drawn(name: str, color: str, size: int, ratio: float) -> QImage:
    # QtSvg takes a while to load: not before the first picture
    from PySide6.QtSvg import QSvgRenderer

    side = math.ceil(size * ratio)
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(_source(name, color, size)).render(painter, QRectF(0, 0, side, side))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


def _source(name: str, color: str, size: int) -> bytes:
    text = assets.path("icons", f"{name}.svg").read_text("utf-8")
    stroke = 2.0 if size < 16 else 1.75 if size < 30 else 1.5
    return text.replace("currentColor", color).replace(_STROKE, f'stroke-width="{stroke}"').encode()
