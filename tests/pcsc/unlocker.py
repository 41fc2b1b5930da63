"""A program of ours with the card unlocked.

`unlocker.py READER [SECONDS]`: takes the password as a line, unlocks and signs, says its keeper's process; the same
again for every further line. At the end of its input it gives the card back and says so. SECONDS: how patient the
keeper's own clock is.
"""

from __future__ import annotations

import os
import sys

from app import isolation
from app.card.keeper import Keeper
from app.card.password import from_bytes

HASTY = "from app.card import idle; idle.PATIENCE = {}; from app.__main__ import main; raise SystemExit(main())"


def main(reader: str) -> None:
    typed = bytearray(64)
    del typed[os.readv(0, [typed]) :]
    with Keeper() as keeper, from_bytes(typed) as secret:
        with keeper.key(reader).unlock(secret) as signing:
            secret.wipe()
            while True:
                signing.sign(bytes(32))
                print(keeper.pid, flush=True)
                if not sys.stdin.readline():
                    break
        print("given back", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        program = [sys.executable, "-I", "-c", HASTY.format(float(sys.argv[2]))]
        isolation._program = lambda: program
    main(sys.argv[1])
