"""Another program on the same reader, as a process of its own.

`hold READER`: connects exclusively, says "held", lets go when its input closes.
`transact READER`: the same with a shared connection and a transaction.
`steal READER`: tries without pause to get at the card and to have it sign; says every answer of the card as
"<monotonic seconds> <command> <status word>" until its input closes.
`late READER`: the same once, when it gets a line.
"""

from __future__ import annotations

import select
import sys
import time

from smartcard import scard

SELECT_APPLICATION = bytes.fromhex("00A4040C0AD392F000260100000001")
SELECT_KEY = bytes.fromhex("00A4020C02001A")
SIGN = bytes.fromhex("802A0080333031300D060960864801650304020105000420") + b"x" * 32 + b"\x00"


def hold(context: int, reader: str) -> None:
    code, handle, _ = scard.SCardConnect(context, reader, scard.SCARD_SHARE_EXCLUSIVE, scard.SCARD_PROTOCOL_T1)
    print("held" if code == 0 else f"{code & 0xFFFFFFFF:08X}", flush=True)
    sys.stdin.read()
    scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)


def transact(context: int, reader: str) -> None:
    _, handle, _ = scard.SCardConnect(context, reader, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T1)
    code = scard.SCardBeginTransaction(handle)
    print("held" if code == 0 else f"{code & 0xFFFFFFFF:08X}", flush=True)
    sys.stdin.read()
    scard.SCardEndTransaction(handle, scard.SCARD_LEAVE_CARD)
    scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)


def late(context: int, reader: str) -> None:
    print("waiting", flush=True)
    sys.stdin.readline()
    attempt(context, reader)


def steal(context: int, reader: str) -> None:
    print("waiting", flush=True)
    while not select.select([sys.stdin], [], [], 0)[0]:
        attempt(context, reader)


def attempt(context: int, reader: str) -> None:
    code, handle, _ = scard.SCardConnect(context, reader, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T1)
    if code:
        return
    for name, command in (("select", SELECT_APPLICATION), ("key", SELECT_KEY), ("sign", SIGN)):
        code, answer = scard.SCardTransmit(handle, scard.SCARD_PCI_T1, list(command))
        status = bytes(answer[-2:]).hex().upper() if code == 0 else f"{code & 0xFFFFFFFF:08X}"
        print(f"{time.monotonic():.6f} {name} {status}", flush=True)
        if status != "9000":
            break
    scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)
    time.sleep(0.002)


if __name__ == "__main__":
    _, established = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    {"hold": hold, "transact": transact, "steal": steal, "late": late}[sys.argv[1]](established, sys.argv[2])
