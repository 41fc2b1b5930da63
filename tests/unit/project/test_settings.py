"""Settings are one small file; what it does not know it names."""

from pathlib import Path

import pytest

from app.settings import Settings, SettingsRefused, load, location, save


def test_defaults_without_a_file(own_home: Path) -> None:
    assert load() == Settings()


def test_what_is_saved_is_loaded(own_home: Path) -> None:
    assert save(Settings(language="en", theme="dark"))
    assert load() == Settings(language="en", theme="dark")
    assert location().is_relative_to(own_home)


def test_unknown_keys_and_values_are_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('password = "x"\n')
    with pytest.raises(SettingsRefused, match="password"):
        load(file)
    file.write_text('theme = "pink"\n')
    with pytest.raises(SettingsRefused, match="pink"):
        load(file)


def test_a_folder_that_cannot_be_written_is_no_misfortune(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert not save(Settings(), tmp_path / "file" / "settings.toml")
