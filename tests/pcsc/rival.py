"""Another program on the same reader, as a process of its own.

`hold READER`: connects exclusively, says "held", lets go when its input closes.
`transact READER`: the same with a shared connection and a transaction.
`steal READER`: tries without pause to get at the card and to have it sign; says every answer of the card as
"<monotonic seconds> <command> <status word>" until its input closes.
`late READER`: the same once, when it gets a line.
`obey READER`: does what each line says and answers with one line of result codes. reset, off, exclusive, shared,
hold: gets at the card in every way there is, and then does that to it. sign: has it sign once, if it can.
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


def obey(_context: int, reader: str) -> None:
    print("waiting", flush=True)
    for line in sys.stdin:
        # a context of its own each time: the service may have been started anew
        _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        order = line.strip()
        if order == "sign":
            attempt(context, reader)
            print("done", flush=True)
        else:
            print(*(f"{deed(context, reader, order, mode) & 0xFFFFFFFF:08X}" for mode in MODES[order]), flush=True)
        scard.SCardReleaseContext(context)


SHARED, DIRECT, EXCLUSIVE = scard.SCARD_SHARE_SHARED, scard.SCARD_SHARE_DIRECT, scard.SCARD_SHARE_EXCLUSIVE
MODES = {
    "reset": (SHARED, DIRECT, EXCLUSIVE),
    "off": (SHARED, DIRECT, EXCLUSIVE),
    "exclusive": (EXCLUSIVE,),
    "shared": (SHARED, DIRECT),
    "hold": (SHARED,),
}


def deed(context: int, reader: str, order: str, mode: int) -> int:
    """The result code of what kept it away, else of the deed."""
    protocol = 0 if mode == DIRECT else scard.SCARD_PROTOCOL_T1
    code, handle, _ = scard.SCardConnect(context, reader, mode, protocol)
    if code:
        return int(code)
    if order == "reset":
        code, _ = scard.SCardReconnect(handle, mode, scard.SCARD_PROTOCOL_T1, scard.SCARD_RESET_CARD)
    elif order == "hold":
        code = scard.SCardBeginTransaction(handle)
    scard.SCardDisconnect(handle, scard.SCARD_UNPOWER_CARD if order == "off" else scard.SCARD_LEAVE_CARD)
    return int(code)


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
    ways = {"hold": hold, "transact": transact, "steal": steal, "late": late, "obey": obey}
    ways[sys.argv[1]](established, sys.argv[2])
