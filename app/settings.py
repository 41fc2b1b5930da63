"""One frozen Settings, one TOML file in the platform's place. No secrets; unknown keys are refused by name."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict, dataclass, fields
from pathlib import Path

CHOICES = {"language": ("", "ja", "en"), "theme": ("system", "light", "dark")}


@dataclass(frozen=True, slots=True)
class Settings:
    """`language`: ja, en, or "" for the system's. `theme`: system, light, dark."""

    language: str = ""
    theme: str = "system"


class SettingsRefused(ValueError):
    """The file holds a key or a value that is not known (named in the text)."""


def location() -> Path:
    """The settings file (it need not exist). The platform's usual folder, without a library: the first window
    asks for it."""
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return base / "natsuin" / "settings.toml"


def load(path: Path | None = None) -> Settings:
    """The settings, or the defaults where there is no readable file. Raises SettingsRefused."""
    try:
        text = (path or location()).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return Settings()
    import tomllib  # not for those who never changed anything

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsRefused(str(error)) from None
    known = {field.name for field in fields(Settings)}
    for key, value in data.items():
        if key not in known:
            raise SettingsRefused(key)
        if value not in CHOICES[key]:
            raise SettingsRefused(f"{key} = {value!r}")
    return Settings(**data)


def save(settings: Settings, path: Path | None = None) -> bool:
    """Writes the file whole or not at all; False where the folder cannot be written (nothing depends on it)."""
    target = path or location()
    lines = [f'{key} = "{value}"\n' for key, value in asdict(settings).items()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_suffix(".part")
        temporary.write_text("".join(lines), "utf-8")
        os.replace(temporary, target)
    except OSError:
        return False
    return True
