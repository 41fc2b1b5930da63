"""Compiles the translations while the package is built, or alone: `build_hook.py IN.po OUT.mo`.

.po is the source; .mo is never committed.
"""

import sys
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def compile_catalogue(source: Path, target: Path) -> None:
    with source.open("rb") as po:
        catalogue = read_po(po)
    with target.open("wb") as mo:
        write_mo(mo, catalogue)


class CustomBuildHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        for source in Path(self.root, "resources", "locale").glob("*/LC_MESSAGES/*.po"):
            compile_catalogue(source, source.with_suffix(".mo"))


if __name__ == "__main__":
    compile_catalogue(Path(sys.argv[1]), Path(sys.argv[2]))
