"""Colours, type and the style sheet: every colour and every font size of the windows comes from here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from app import assets

if TYPE_CHECKING:
    from PySide6.QtGui import QFont, QPalette


class Theme:
    """One set of colour tokens as #RRGGBB. Text pairs reach 4.5, control edges 3.0 (WCAG contrast).

    No dataclass: making one of forty fields would take a tenth of the time to the first paint.
    """

    dark: bool
    win: str
    panel: str
    sunken: str
    canvas: str
    line: str
    line2: str
    hover: str
    text: str
    text2: str
    text3: str
    accent: str
    on_accent: str
    accent_ink: str
    accent_soft: str
    accent_line: str
    ok: str
    ok_soft: str
    ok_line: str
    warn: str
    warn_soft: str
    warn_line: str
    warn_bar: str
    bad: str
    bad_soft: str
    bad_line: str
    disabled: str
    disabled_text: str
    seal: str = "#C43420"
    handle: str = "#2B4B9B"
    paper: str = "#FFFFFF"

    def __init__(self, *, dark: bool, **tokens: str) -> None:
        self.dark = dark
        self.__dict__.update(tokens)

    @property
    def tokens(self) -> Mapping[str, str]:
        """Every colour by its name."""
        names = (name for name in Theme.__annotations__ if name != "dark")
        return {name: getattr(self, name) for name in names}

    def color(self, token: str) -> QColor:
        """The colour of a token, by its name."""
        return QColor(getattr(self, token))

    def kind(self, name: str) -> tuple[QColor, QColor, QColor]:
        """Ink, soft ground and line of one of: info, ok, warn, bad, neutral."""
        if name == "neutral":
            return self.color("text2"), self.color("sunken"), self.color("line")
        ink, base = ("accent_ink", "accent") if name == "info" else (name, name)
        return self.color(ink), self.color(f"{base}_soft"), self.color(f"{base}_line")


LIGHT = Theme(
    dark=False,
    win="#F6F5F2",
    panel="#FFFFFF",
    sunken="#F1EFEB",
    canvas="#E2E0DB",
    line="#E1DED8",
    line2="#85827A",
    hover="#ECEAE5",
    text="#1D1C1A",
    text2="#56534D",
    text3="#6E6B64",
    accent="#2B4B9B",
    on_accent="#FFFFFF",
    accent_ink="#2B4B9B",
    accent_soft="#E9EDF8",
    accent_line="#C3CEEA",
    ok="#1B6842",
    ok_soft="#E5F2EA",
    ok_line="#B9DCC6",
    warn="#7A4A00",
    warn_soft="#FCF0D9",
    warn_line="#EBD09A",
    warn_bar="#A66300",
    bad="#A5231A",
    bad_soft="#FBE8E5",
    bad_line="#EFC0B9",
    disabled="#E6E4DF",
    disabled_text="#7B7870",
)
DARK = Theme(
    dark=True,
    win="#1B1B1D",
    panel="#252528",
    sunken="#1F1F22",
    canvas="#121213",
    line="#3A3A3E",
    line2="#85858C",
    hover="#323236",
    text="#F1F0ED",
    text2="#BFBDB7",
    text3="#9D9B95",
    accent="#4C6CCC",
    on_accent="#FFFFFF",
    accent_ink="#AFC1F8",
    accent_soft="#293150",
    accent_line="#445083",
    ok="#84D6A6",
    ok_soft="#1E3327",
    ok_line="#345845",
    warn="#F2C572",
    warn_soft="#393019",
    warn_line="#5E4E28",
    warn_bar="#F2C572",
    bad="#F6A196",
    bad_soft="#3F2522",
    bad_line="#69403A",
    disabled="#343438",
    disabled_text="#918F99",
)

SANS = ["BIZ UDPGothic", "Noto Sans CJK JP", "Hiragino Sans", "Yu Gothic UI", "IPAexGothic"]
FIXED = ["BIZ UDGothic", "Noto Sans Mono CJK JP", "MS Gothic", "IPAGothic"]
ROLES: dict[str, tuple[int, bool]] = {  # px, bold
    "hero": (26, True),
    "title": (20, True),
    "h2": (16, True),
    "h3": (14, True),
    "body": (14, False),
    "strong": (14, True),
    "caption": (13, False),
    "caption-strong": (13, True),
    "tiny": (12, True),
    "fixed": (13, False),
    "password": (20, False),
}

SHADOW = 8  # of 255: one layer of a page's shadow

_current = LIGHT


def current() -> Theme:
    """The tokens in force."""
    return _current


@cache
def font(role: str) -> QFont:
    """The font of a role of the type scale; `fixed` and `password` have digits of one width."""
    from PySide6.QtGui import QFont

    size, bold = ROLES[role]
    made = QFont()
    made.setFamilies(FIXED if role in ("fixed", "password") else SANS)
    made.setPixelSize(size)
    made.setBold(bold)
    # the faces' own instructions cut the tails of g, p and y at some sizes
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if role == "password":
        made.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 3)
    return made


def line_height(role: str) -> int:
    """Pixels for one line of text of a role: BIZ UD fonts are exactly 1 em high, too tight for a label."""
    return round(ROLES[role][0] * 1.45)


def load_fonts() -> None:
    """Makes the program's own fonts known, where a package brought them; else the system's are used."""
    from PySide6.QtGui import QFontDatabase

    folder = assets.path("fonts")
    if folder.is_dir():
        for file in sorted(folder.glob("BIZUD*Gothic-*.ttf")):
            QFontDatabase.addApplicationFont(str(file))


def choose(choice: str = "system") -> None:
    """Puts a theme (system, light, dark) in force for what is painted from now on."""
    global _current
    system_is_dark = _system_is_dark()
    _current = DARK if choice == "dark" or (choice == "system" and system_is_dark) else LIGHT


def apply() -> None:
    """Puts the theme in force on the whole application (whose style is Fusion); safe to call again.

    Widgets that hold coloured pictures have a method `theme_changed`.
    """
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    app.setFont(font("body"))
    app.setPalette(_palette(_current))
    app.setStyleSheet(style_sheet(_current))
    for widget in app.allWidgets() if app.topLevelWidgets() else ():
        redraw = getattr(widget, "theme_changed", None)
        if redraw is not None:
            redraw()


@cache  # later the palette is ours
def _system_is_dark() -> bool:
    # told by its palette: the colour scheme's own name would make every enumeration of Qt (see first_view)
    return QApplication.palette().window().color().lightness() < 128


def _palette(theme: Theme) -> QPalette:
    from PySide6.QtGui import QPalette

    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: theme.win,
        QPalette.ColorRole.WindowText: theme.text,
        QPalette.ColorRole.Base: theme.panel,
        QPalette.ColorRole.AlternateBase: theme.sunken,
        QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.Button: theme.panel,
        QPalette.ColorRole.ButtonText: theme.text,
        QPalette.ColorRole.BrightText: theme.bad,
        QPalette.ColorRole.Highlight: theme.accent,
        QPalette.ColorRole.HighlightedText: theme.on_accent,
        QPalette.ColorRole.Link: theme.accent_ink,
        QPalette.ColorRole.PlaceholderText: theme.text3,
        QPalette.ColorRole.ToolTipBase: theme.panel,
        QPalette.ColorRole.ToolTipText: theme.text,
        QPalette.ColorRole.Mid: theme.line,
        QPalette.ColorRole.Dark: theme.line2,
        QPalette.ColorRole.Light: theme.hover,
    }
    for role, color in roles.items():
        palette.setColor(role, QColor(color))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.disabled_text))
    return palette


def _shade(color: str, percent: int) -> str:
    return QColor(color).darker(100 + percent).name()


def style_sheet(theme: Theme) -> str:
    """The rules for common components, chosen by the dynamic properties `kind`, `tone` and `ground`."""
    values = dict(theme.tokens)
    values["primary_hover"], values["primary_pressed"] = _shade(theme.accent, 8), _shade(theme.accent, 16)
    values["pressed"] = _shade(theme.hover, 6) if not theme.dark else QColor(theme.hover).lighter(120).name()
    sheet = _SHEET
    for name, value in values.items():
        sheet = sheet.replace(f"@{name};", f"{value};")
    return sheet


_SHEET = """
QToolTip { background: @panel; color: @text; border: 1px solid @line2; padding: 6px 8px; }
QMenu { background: @panel; color: @text; border: 1px solid @line2; border-radius: 8px; padding: 4px; }
QMenu::item { padding: 10px 18px 10px 34px; border-radius: 6px; }
QMenu::item:selected { background: @hover; color: @text; }
QMenu::item:disabled { color: @disabled_text; }
QMenu::indicator { width: 8px; height: 8px; border-radius: 4px; left: 14px; }
QMenu::indicator:checked { background: @accent_ink; }
*[ground="win"] { background: @win; }
*[ground="panel"] { background: @panel; }
*[ground="sunken"] { background: @sunken; }
*[ground="canvas"] { background: @canvas; }
QFrame[kind="card"] { background: @panel; border: 1px solid @line; border-radius: 10px; }
QFrame[kind="box"] { background: @sunken; border: none; border-radius: 10px; }
QFrame[kind="divider"] { background: @line; border: none; }
QLabel { background: transparent; color: @text; }
QLabel[tone="text2"] { color: @text2; }
QLabel[tone="text3"] { color: @text3; }
QLabel[tone="accent_ink"] { color: @accent_ink; }
QLabel[tone="on_accent"] { color: @on_accent; }
QLabel[tone="ok"] { color: @ok; }
QLabel[tone="warn"] { color: @warn; }
QLabel[tone="bad"] { color: @bad; }
QLabel[tone="disabled_text"] { color: @disabled_text; }
QPushButton { background: @panel; color: @text; border: 1px solid @line2; border-radius: 8px;
  padding: 0 16px; min-height: 36px; outline: none; }
QPushButton:hover { background: @hover; }
QPushButton:pressed { background: @pressed; }
QPushButton:disabled, QPushButton[off="true"] { background: @disabled; color: @disabled_text; border-color: @disabled; }
QPushButton[kind="primary"], QPushButton[kind="big"] { background: @accent; color: @on_accent; border-color: @accent;
  font-weight: bold; }
QPushButton[kind="primary"]:hover, QPushButton[kind="big"]:hover { background: @primary_hover;
  border-color: @primary_hover; }
QPushButton[kind="primary"]:pressed, QPushButton[kind="big"]:pressed { background: @primary_pressed;
  border-color: @primary_pressed; }
QPushButton[kind="primary"]:disabled, QPushButton[kind="big"]:disabled, QPushButton[kind="primary"][off="true"],
QPushButton[kind="big"][off="true"] { background: @disabled; color: @disabled_text; border-color: @disabled; }
QPushButton[kind="big"] { min-height: 46px; border-radius: 10px; font-size: 16px; padding: 0 20px; }
QPushButton[kind="ghost"] { background: transparent; border: 1px solid transparent; padding: 0 10px; }
QPushButton[kind="ghost"]:hover { background: @hover; }
QPushButton[kind="ghost"]:pressed, QPushButton[kind="ghost"]:checked { background: @pressed; }
QPushButton[kind="ghost"]:disabled { color: @disabled_text; }
QPushButton[kind="link"] { background: transparent; border: none; color: @accent_ink; padding: 0;
  min-height: 24px; text-align: left; }
QPushButton[kind="link"]:hover, QPushButton[kind="link"]:focus { text-decoration: underline; }
QPushButton[kind="link"]:disabled { color: @disabled_text; }
QPushButton[kind="tile"] { border: 1px solid @line; border-radius: 10px; padding: 0; min-height: 0; }
QPushButton[kind="tile"]:hover { background: @hover; }
QPushButton[kind="fold"] { background: transparent; border: none; border-radius: 9px; padding: 0; min-height: 0; }
QPushButton[kind="fold"]:hover { background: @hover; }
QPushButton[kind="plain"] { background: transparent; border: none; padding: 0; min-height: 34px; }
QPushButton[kind="destructive"] { color: @bad; border-color: @bad; }
QLineEdit, QDoubleSpinBox, QSpinBox { background: @panel; color: @text; border: 1px solid @line2;
  border-radius: 8px; padding: 0 8px; min-height: 34px; selection-background-color: @accent;
  selection-color: @on_accent; }
QLineEdit:focus, QDoubleSpinBox:focus, QSpinBox:focus { border: 2px solid @accent_ink; padding: 0 7px;
  min-height: 32px; }
QLineEdit:disabled, QDoubleSpinBox:disabled, QSpinBox:disabled { background: @disabled; color: @disabled_text;
  border-color: @disabled; }
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus { border: none; padding: 0 8px; min-height: 0;
  background: transparent; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; height: 0; border: none; }
QLineEdit[kind="page"] { border: 1px solid transparent; background: transparent; padding: 0; min-height: 30px; }
QLineEdit[kind="page"]:hover { background: @hover; }
QLineEdit[kind="page"]:focus { background: @panel; border: 2px solid @accent_ink; }
QScrollArea { border: none; background: transparent; }
QGraphicsView { border: none; background: @canvas; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: @line2; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 36px; }
QScrollBar::handle:horizontal { min-width: 36px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""
