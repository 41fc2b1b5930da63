"""The demo card: a My Number card's JPKI application emulated at APDU level (JICSAP 1.1, JIS X 6306).

Access rules, counters and status words are the real card's as far as they are known; so is the inconvenient
truth that a presented password outlives a warm reset and a new SELECT of the same application. Its passwords
are public, and so is the key of the authority that signs its certificates.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from app.card.apdu import Buffer, ContactLost
from app.card.demo_certificate import Credential, DemoIdentity, DemoPerson
from app.card.demo_signature import compute
from app.card.slots import SlotState
from app.errors.card import NoCard, ReaderNotFound

SIGN_PASSWORD: Final = "DEMO1234"  # 署名用  # noqa: S105
AUTH_PASSWORD: Final = "1234"  # 利用者証明用  # noqa: S105
ATR: Final = bytes.fromhex("3BE000FF8131FE4514")
READER: Final = "Natsuin demo"

JPKI: Final = bytes.fromhex("D392F000260100000001")
CARD_MANAGER: Final = bytes.fromhex("A0000001510000")
_OTHER_APPLICATIONS: Final = (
    bytes.fromhex("D3921000310001010408"),  # 券面入力補助
    bytes.fromhex("D3921000310001010402"),  # 券面確認
    bytes.fromhex("D3921000310001010100"),  # 住基
)


@dataclass(frozen=True, slots=True)
class Knobs:
    """What the demo card is and which faults it has. Plain values only, so that it travels to the keeper."""

    token: str = "JPKIAPICCTOKEN2"  # or JPKIAPICCTOKEN, JPKIAPGPSETOKEN, JPKIAPIOSTOKEN  # noqa: S105
    application: bool = True
    """Without it the card is no My Number card at all."""
    present: bool = True
    """False: the demo reader is empty."""
    sign_certificate: bool = True
    expired: bool = False
    name: str | None = "見本　花子"
    sign_tries: int = 5
    auth_tries: int = 3
    locked_status: int = 0x6984
    """What VERIFY answers once locked: 6984, or 6983."""
    locking_status: int = 0x63C0
    """What the VERIFY answers that uses up the last try: 63C0, 6983 or 6984."""
    locked_query: int = 0x63C0
    """What an empty VERIFY answers once locked: 63C0, 6983 or 6984."""
    tells_tries: bool = True
    """False: an empty VERIFY answers 9000, which means nothing."""
    first_command_fails: bool = False
    """6F00 to the first command after power-up."""
    reset_at: int = 0
    """Number of the command, counted from 1, that finds the card just reset: 6F00, and nothing is selected."""
    filler: int = 64
    """Bytes in an EF after the certificate in it."""
    longest_read: int = 256
    """Bytes that one READ BINARY gives at the most."""
    select_tells: bool = False
    """Every SELECT has something to tell, which waits for a GET RESPONSE (61xx)."""
    chunking: str = ""
    """61: answers come through GET RESPONSE; 6C: a wrong Le is refused with the right one."""
    end_of_file: int = 0x9000
    """Status of a read that reaches the end of the EF: 9000 or 6282."""
    pulled_before: str = ""
    """Name of a command (VERIFY, QUERY, SIGN, SELECT, READ) that never reaches the card."""
    pulled_after: str = ""
    """Name of a command which the card carries out and whose answer is lost."""
    pulled_at: int = 0
    """Number of the command, counted from 1, at which the card leaves the field."""
    reset_by_other_at: int = 0
    """Number of the command at which another program has reset the card: no answer comes until the power was off."""
    stays_away: bool = False
    """After leaving, the card is not put back."""
    delay: float = 0.0
    """Seconds that one signature takes."""
    verify_delay: float = 0.0
    """Seconds that the card thinks about a password."""

    def plain(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


@dataclass(slots=True)
class _Password:
    text: bytes
    limit: int
    tries: int


@dataclass(frozen=True, slots=True)
class _File:
    content: Callable[[], bytes] | None = None
    needs: int | None = None
    password: _Password | None = field(default=None)
    key: Callable[[], Credential] | None = None


class _Status(Exception):
    def __init__(self, sw: int) -> None:
        super().__init__(f"{sw:04X}")
        self.sw = sw


def kind(command: Buffer) -> str:
    """The short name by which faults and counts know a command: SELECT, READ, QUERY, VERIFY, SIGN or OTHER."""
    instruction = command[1] if len(command) > 1 else -1
    if instruction == 0x20:
        return "QUERY" if len(command) == 4 else "VERIFY"
    return {0xA4: "SELECT", 0xB0: "READ", 0x2A: "SIGN"}.get(instruction, "OTHER")


class DemoCard:
    """One emulated card (a `Transport`); counters last as long as the object, the security status until power-off.

    `password` is the 署名用 one, for a card that is to have a secret one.
    """

    def __init__(
        self, knobs: Knobs | None = None, identity: DemoIdentity | None = None, password: str = SIGN_PASSWORD
    ) -> None:
        self.knobs = knobs or Knobs()
        self.identity = identity or DemoIdentity(DemoPerson(self.knobs.name), expired=self.knobs.expired)
        self.present = self.knobs.present
        self.events = 0  # how often the card came or went
        self._files = self._build(password)
        self._commands = 0
        self._faults_left = True
        self._application: bytes | None = None  # the current DF
        self._last_application: bytes | None = None  # survives a warm reset, as the security status does
        self._current: int | None = None  # the current EF
        self._verified: set[int] = set()
        self._pending = b""
        self._fresh = True
        self._reset_by_other = False

    # --- the contact ----------------------------------------------------------------------------------

    def transmit(self, command: Buffer) -> bytes:
        """Answers one command APDU with data and status word. Raises ContactLost where a fault says so."""
        if not self.present:
            raise ContactLost
        self._commands += 1
        if self._faults_left and self._commands == self.knobs.reset_by_other_at:
            self._faults_left = False
            self.reset()
            self._reset_by_other = True
        if self._reset_by_other:
            raise ContactLost
        name = kind(command)
        if self._faults_left and (self._commands == self.knobs.pulled_at or name == self.knobs.pulled_before):
            self._leave_field()
        if self._commands == self.knobs.reset_at:
            self.reset()
            return b"\x6f\x00"
        answer = self._answer(bytes(command))
        if self._faults_left and name == self.knobs.pulled_after:
            self._leave_field()
        return answer

    def described(self) -> tuple[str, bytes]:
        """Protocol and answer to reset."""
        return "T=1", ATR

    @property
    def tries(self) -> tuple[int, int]:
        """Tries left of the 署名用 and the 利用者証明用 password, without a word to the card."""
        sign, auth = (self._files[fid].password for fid in (0x001B, 0x0018))
        assert sign is not None
        assert auth is not None
        return sign.tries, auth.tries

    def reset(self) -> None:
        """A warm reset: no file is selected any more, but what was unlocked stays unlocked."""
        self._application = self._current = None
        self._pending = b""

    def power_off(self) -> None:
        """Takes the power away: everything but the counters is forgotten."""
        self.reset()
        self._last_application = None
        self._verified.clear()
        self._fresh = True
        self._reset_by_other = False

    def put_back(self) -> None:
        """The card lies on the reader again."""
        self.events += not self.present
        self.present = True

    def _leave_field(self) -> None:
        self._faults_left = False
        self.present = False
        self.events += 1
        self.power_off()
        if not self.knobs.stays_away:
            self.put_back()
        raise ContactLost

    # --- commands -------------------------------------------------------------------------------------

    def _answer(self, command: bytes) -> bytes:
        try:
            if self._fresh and self.knobs.first_command_fails:
                self._fresh = False
                raise _Status(0x6F00)
            self._fresh = False
            data, sw = self._dispatch(command)
        except _Status as status:
            data, sw = b"", status.sw
        return data + sw.to_bytes(2, "big")

    def _dispatch(self, command: bytes) -> tuple[bytes, int]:
        if len(command) < 4:
            raise _Status(0x6700)
        cla, ins, p1, p2 = command[:4]
        _check_class(cla)
        data, le = _split(command)
        pending, self._pending = self._pending, b""
        if cla == 0x00 and ins == 0xC0:
            return self._get_response(pending, le)
        if cla == 0x00 and ins == 0xA4:
            return self._select(p1, p2, data, le)
        if self._application != JPKI and ins in (0x20, 0x2A, 0xB0):
            raise _Status(0x6986 if self._application is None else 0x6D00)
        if cla == 0x00 and ins == 0xB0:
            return self._read_binary(p1, p2, data, le)
        if cla == 0x00 and ins == 0x20:
            return b"", self._verify(p1, p2, data, le, query=len(command) == 4)
        if cla == 0x80 and ins == 0x2A:
            return self._compute(p1, p2, data, le)
        raise _Status(0x6E00 if ins in (0x20, 0x2A, 0xA4, 0xB0, 0xC0) else 0x6D00)

    def _select(self, p1: int, p2: int, data: bytes, le: int | None) -> tuple[bytes, int]:
        if (p1, p2) == (0x00, 0x00) and not data:  # the MF: nothing happens
            raise _Status(0x6A86 if self._application is None else 0x9000)
        if p2 not in (0x00, 0x0C) or p1 not in (0x00, 0x02, 0x04):
            raise _Status(0x6A86)
        if p1 == 0x04:
            if data not in self._applications():
                raise _Status(0x6A82)
            if data != self._last_application:
                self._verified.clear()
            self._application = self._last_application = data
            self._current = None
            information = b"\x6f" + bytes([len(data) + 2]) + b"\x84" + bytes([len(data)]) + data
        else:
            if len(data) != 2:
                raise _Status(0x6A80 if data else 0x6700)
            self._find(int.from_bytes(data, "big"), 0x6A82)
            self._current = int.from_bytes(data, "big")
            information = b"\x6f\x04\x83\x02" + data
        if self.knobs.select_tells and le is None:
            self._pending = information
            return b"", _more(information)
        if p2 == 0x0C or le is None:
            return b"", 0x9000
        return self._deliver(information, le)

    def _read_binary(self, p1: int, p2: int, data: bytes, le: int | None) -> tuple[bytes, int]:
        if data or le is None:
            raise _Status(0x6700)
        if p1 & 0x80:
            if p1 & 0x60:
                raise _Status(0x6A86)
            self._find(p1 & 0x1F, 0x6A82)
            self._current, offset = p1 & 0x1F, p2
        else:
            offset = p1 << 8 | p2
        file = self._current_file()
        if file.content is None:
            raise _Status(0x6981)
        if file.needs is not None and file.needs not in self._verified:
            raise _Status(0x6982)
        content = file.content()
        if offset >= len(content):
            raise _Status(0x6B00)
        chunk = content[offset : offset + min(le, self.knobs.longest_read)]
        answer, sw = self._deliver(chunk, le)
        return answer, self.knobs.end_of_file if sw == 0x9000 and len(chunk) < le else sw

    def _verify(self, p1: int, p2: int, data: bytes, le: int | None, *, query: bool) -> int:
        if p1 != 0x00:
            raise _Status(0x6A86)
        fid, file = self._referenced(p2)
        password = file.password
        if password is None:
            raise _Status(0x6981)
        if query:
            left = 0x63C0 | password.tries if password.tries else self.knobs.locked_query
            return left if self.knobs.tells_tries else 0x9000
        if not data or le is not None:
            raise _Status(0x6700)
        if password.tries == 0:
            raise _Status(self.knobs.locked_status)
        time.sleep(self.knobs.verify_delay)
        if data == password.text:
            password.tries = password.limit
            self._verified.add(fid)
            return 0x9000
        password.tries -= 1
        self._verified.discard(fid)
        return 0x63C0 | password.tries if password.tries else self.knobs.locking_status

    def _compute(self, p1: int, p2: int, data: bytes, le: int | None) -> tuple[bytes, int]:
        if p1 > 0x05:
            raise _Status(0x6A86)
        if not data or le != 256:
            raise _Status(0x6700)
        _, file = self._referenced(p2)
        if file.key is None:
            raise _Status(0x6981)
        if file.needs not in self._verified:
            raise _Status(0x6982)
        time.sleep(self.knobs.delay)
        signature = compute(p1, data, file.key().key)
        if signature is None:
            raise _Status(0x6985)
        return self._deliver(signature, le)

    def _get_response(self, pending: bytes, le: int | None) -> tuple[bytes, int]:
        if not pending:
            raise _Status(0x6985)
        if le is None:
            raise _Status(0x6700)
        self._pending = pending[le:]
        return pending[:le], _more(self._pending)

    def _deliver(self, data: bytes, le: int) -> tuple[bytes, int]:
        if self.knobs.chunking == "6C" and len(data) < le:
            raise _Status(0x6C00 | len(data))
        if self.knobs.chunking == "61" and len(data) > 64:
            self._pending = data[64:]
            return data[:64], _more(self._pending)
        return data[:le], 0x9000

    # --- files ----------------------------------------------------------------------------------------

    def _applications(self) -> tuple[bytes, ...]:
        return (*((JPKI, *_OTHER_APPLICATIONS) if self.knobs.application else ()), CARD_MANAGER)

    def _find(self, fid: int, missing: int) -> _File:
        if self._application != JPKI or fid not in self._files:
            raise _Status(missing)
        return self._files[fid]

    def _current_file(self) -> _File:
        if self._current is None:
            raise _Status(0x6986)
        return self._files[self._current]

    def _referenced(self, p2: int) -> tuple[int, _File]:
        """The EF that P2 means: 80 the current one, 80|sfi another, which becomes current."""
        if p2 & 0xE0 != 0x80 or p2 == 0x9F:
            raise _Status(0x6A86)
        if p2 != 0x80:
            self._find(p2 & 0x1F, 0x6A88)
            self._current = p2 & 0x1F
        file = self._current_file()
        assert self._current is not None
        return self._current, file

    def _build(self, password: str) -> Mapping[int, _File]:
        knobs, identity = self.knobs, self.identity
        token = knobs.token.encode("ascii").ljust(32) + bytes(128)
        available = bytes([0x8F if knobs.sign_certificate else 0x00, 0x8F, 0x00])
        filler = b"\xff" * knobs.filler
        phone = knobs.token in ("JPKIAPGPSETOKEN", "JPKIAPIOSTOKEN")
        files = {
            0x0002: _File(lambda: identity.authority + filler),
            0x0006: _File(lambda: token),
            0x0008: _File(lambda: available),
            0x000A: _File(lambda: identity.auth.certificate + filler, needs=0x0018 if phone else None),
            0x000B: _File(lambda: identity.authority + filler),
            0x0017: _File(key=lambda: identity.auth, needs=0x0018),
            0x0018: _File(password=_Password(AUTH_PASSWORD.encode(), 3, knobs.auth_tries)),
            0x001A: _File(key=lambda: identity.sign, needs=0x001B),
            0x001B: _File(password=_Password(password.encode(), 5, knobs.sign_tries)),
        }
        if knobs.sign_certificate:
            files[0x0001] = _File(lambda: identity.sign.certificate + filler, needs=0x001B)
        return files


def _check_class(cla: int) -> None:
    if cla in (0x00, 0x80):
        return
    if cla == 0x08:  # secure messaging: none in this application
        raise _Status(0x69FC)
    raise _Status(0x6881 if cla in (0x01, 0x02, 0x03) else 0x6E00)


def _split(command: bytes) -> tuple[bytes, int | None]:
    """Data and Le of a short APDU (ISO 7816-3 12.1.3); extended ones are refused with 6700."""
    body = command[4:]
    if not body:
        return b"", None
    if len(body) == 1:
        return b"", body[0] or 256
    size = body[0]
    if size == 0 or len(body) not in (size + 1, size + 2):
        raise _Status(0x6700)
    return body[1 : size + 1], (body[-1] or 256) if len(body) == size + 2 else None


def _more(pending: bytes) -> int:
    return 0x6100 | (len(pending) & 0xFF if len(pending) < 256 else 0x00) if pending else 0x9000


class DemoSlots:
    """One reader with one demo card in it, for the keeper."""

    def __init__(self, card: DemoCard) -> None:
        self._card = card

    def greet(self) -> int:
        """There is no service that could fail."""
        return 0

    def states(self) -> dict[str, SlotState]:
        """The demo reader; nobody else can use it."""
        return {READER: SlotState(self._card.present, self._card.events, in_use=False)}

    def connect(self, reader: str) -> DemoCard:
        """The card itself. Raises ReaderNotFound, NoCard."""
        if reader != READER:
            raise ReaderNotFound(name=reader)
        if not self._card.present:
            raise NoCard
        return self._card
