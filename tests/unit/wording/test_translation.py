"""Every sentence in the source is in the Japanese catalogue, translated, with the same values in it."""

import ast
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[3]
FUNCTIONS = {"_": 1, "text": 1, "mark": 1, "plural": 2}


def sentences() -> dict[str, str]:
    """Message → file, from every call of the marking functions with a literal."""
    found: dict[str, str] = {}
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            for argument in node.args[: FUNCTIONS.get(node.func.id, 0)]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and argument.value:
                    found[argument.value] = path.name
    return found


@pytest.fixture(scope="module")
def catalogue() -> dict[str, str]:
    with (ROOT / "resources/locale/ja/LC_MESSAGES/natsuin.po").open("rb") as po:
        out: dict[str, str] = {}
        for message in read_po(po):
            if not message.id:
                continue
            assert not message.fuzzy
            many = isinstance(message.id, tuple | list)
            for each in message.id if many else [message.id]:
                out[each] = message.string[0] if many else message.string
        return out


def values(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}


def test_no_sentence_is_missing_or_untranslated(catalogue: dict[str, str]) -> None:
    missing = {message: file for message, file in sentences().items() if not catalogue.get(message)}
    assert missing == {}


def test_translations_carry_the_same_values(catalogue: dict[str, str]) -> None:
    wrong = {m: t for m, t in catalogue.items() if not values(t) <= values(m) | {"n"}}
    assert wrong == {}


def test_nothing_translated_is_unused(catalogue: dict[str, str]) -> None:
    assert sorted(set(catalogue) - set(sentences())) == []
