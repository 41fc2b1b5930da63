"""A program that signs one document as often as it is told, with one keeper, as a window does that stays open.

`signer.py SOURCE`; a line on standard input is the next target. Answers "tries N", takes the password as a line, and
answers with one JSON object: {"signed": true}, or {"error": code} at any of the two places.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from app.card.keeper import Keeper
from app.card.password import from_bytes
from app.document.child import DocumentChild
from app.document.snapshot import Snapshot
from app.errors.base import UserError
from app.isolation import undumpable
from app.signing.placement import suggested
from app.signing.profile import PADES_B_B
from app.signing.request import SigningRequest
from app.signing.sign import rehearse, sign
from app.terminal import standard_input
from app.wording.stamp import stamp_labels


def main(source: Path) -> None:
    undumpable()
    with Snapshot.take(source) as snapshot, DocumentChild(snapshot.path) as child, Keeper() as keeper:
        document = child.inspect(None)
        width, height = (length * 25.4 / 72 for length in document.pages[-1].size)
        place = suggested(len(document.pages), width, height)
        say("ready")
        while target := standard_input().decode():
            request = SigningRequest(
                snapshot=snapshot,
                document=document,
                target=Path(target),
                overwrite=False,
                placement=place,
                field=None,
                labels=stamp_labels(),
                profile=PADES_B_B,
                reason="",
                location="",
                demo=False,
            )
            try:
                rehearse(request, child)
                key = keeper.key(keeper.choose())
                try:
                    say(f"tries {key.attempts_remaining()}")
                    sign(request, child, key, from_bytes(standard_input()))
                finally:
                    key.release()
            except UserError as error:
                say(json.dumps({"error": error.code}))
            else:
                say(json.dumps({"signed": True}))


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
