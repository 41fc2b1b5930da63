"""The process that holds the card: the exclusive connection, the password and the unlocked key live here only.

It is small (no Qt, no PDF library) and outlives nobody: when its channel closes, for whatever reason, it leaves
the card's application, takes the power away and ends. A window may crash while the card is unlocked.

`Keeper` and `CardKey` are the parent's side, `serve` is the process itself. A keeper that died is replaced at
the next call.
"""

from __future__ import annotations

import contextlib
import json
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self

from app.card.status import ReaderStatus
from app.channel import Answer, Buffer, Channel, Handler
from app.errors.base import Cancelled, UserError
from app.errors.card import (
    CardBusy,
    CardChanged,
    CardFault,
    CardNotSupported,
    CardRemoved,
    CardRemovedWhileSigning,
    CardServiceUnavailable,
    CertificateUnusable,
    NoCard,
    NoReader,
    NoSignatureCertificate,
    NotMyNumberCard,
    OtherPasswordTyped,
    OutcomeUnknown,
    PasswordIncorrect,
    PasswordLocked,
    PasswordMalformed,
    PhoneNotSupported,
    ReaderNotFound,
    SeveralCards,
)
from app.errors.document import DocumentProcessDied, DocumentTooSlow
from app.errors.registry import by_code
from app.errors.usage import InternalError
from app.isolation import Child, ChildFailure, Limits, undumpable
from app.secret import Secret

if TYPE_CHECKING:
    from app.card.demo import Knobs
    from app.card.slots import Slots

ERRORS = (
    CardBusy,
    CardChanged,
    CardFault,
    CardNotSupported,
    CardRemoved,
    CardRemovedWhileSigning,
    CardServiceUnavailable,
    CertificateUnusable,
    NoCard,
    NoSignatureCertificate,
    NotMyNumberCard,
    OtherPasswordTyped,
    OutcomeUnknown,
    PasswordIncorrect,
    PasswordLocked,
    PasswordMalformed,
    PhoneNotSupported,
    ReaderNotFound,
)
"""What is believed when the keeper says it."""

CALL_SECONDS = 60.0
"""For any call: a slow card signs in three, and an answer that has not come by then never will."""
SURVEY_SECONDS = 20.0
"""For a look at all readers, which gives up those that hang after eight."""
INTERRUPTED_SECONDS = 10.0
"""For the answer to a password when the person wants to stop."""
RELEASE_SECONDS = 5.0
"""For giving the card back."""


class Keeper:
    """Handle on the keeper process; calls come from one thread at a time, `kill` from any.

    `demo`: the emulated card instead of the computer's readers, with the faults that `knobs` give it. Every method
    may raise CardServiceUnavailable.
    """

    def __init__(self, demo: bool = False, knobs: Knobs | None = None) -> None:
        self._options = ("demo", json.dumps(knobs.plain() if knobs else {})) if demo else ()
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        """The keeper's process, None when it is not running."""
        return self._child.pid if self._child else None

    def readers(self, *, thorough: bool = False) -> tuple[ReaderStatus, ...]:
        """Every reader and what is known of its card without a password. Connects exclusively for a moment.

        `thorough`: the validity of the 利用者証明用 certificate too, which takes a second longer on a real card.
        """
        answer = self.call("readers", seconds=SURVEY_SECONDS, thorough=thorough)
        return tuple(ReaderStatus.from_plain(item) for item in answer.value)

    def choose(self, name: str | None = None) -> str:
        """The reader to sign with: the only one with a My Number card, or the one called `name` (or a part of it).

        Raises NoReader, ReaderNotFound(name), SeveralCards, NoCard, NotMyNumberCard, PhoneNotSupported,
        CardNotSupported, CardBusy.
        """
        return choose(self.readers(), name)

    def key(self, reader: str) -> CardKey:
        """The signature key of the card in this reader; nothing is sent yet."""
        return CardKey(self, reader)

    def close(self) -> None:
        """Locks the card and ends the keeper, after the call that another thread may still have under way.

        A keeper that does not answer in `RELEASE_SECONDS` is killed.
        """
        child, self._child = self._child, None
        if child:
            with contextlib.suppress(UserError, ChildFailure, Cancelled):
                child.call("release", seconds=RELEASE_SECONDS)
            child.close()

    def kill(self) -> None:
        """Ends the keeper at once, for a call that another program blocks without limit; that call raises Cancelled."""
        if self._child:
            self._child.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def call(
        self,
        method: str,
        *,
        blobs: tuple[Buffer, ...] = (),
        seconds: float | None = None,
        late: type[UserError] = CardServiceUnavailable,
        **arguments: Any,
    ) -> Answer:
        """One call to the process, started when needed; its end becomes CardServiceUnavailable or Cancelled.

        One that does not answer in `seconds` (usually `CALL_SECONDS`) is killed; that becomes `late`.
        """
        if self._child is None:
            self._child = Child("app.card.keeper:serve", Limits(seconds=None), errors=ERRORS, options=self._options)
        child = self._child
        try:
            return child.call(method, blobs=blobs, seconds=seconds or CALL_SECONDS, **arguments)
        except DocumentProcessDied:
            self._forget(child)
            raise CardServiceUnavailable from None
        except DocumentTooSlow:
            self._forget(child)
            raise late from None
        except Cancelled:
            self._forget(child)
            raise
        except ChildFailure as failure:
            raise InternalError(kind=failure.kind) from None

    def _forget(self, child: Child) -> None:
        child.close()
        if self._child is child:
            self._child = None


class CardKey:
    """The signature key of the card in one reader (a `LockedKey`)."""

    def __init__(self, keeper: Keeper, reader: str) -> None:
        self._keeper = keeper
        self.reader = reader
        self._card = ""

    @property
    def card(self) -> str:
        """What tells the card whose tries were read from another one, as a hash; "" before that."""
        return self._card

    def attempts_remaining(self) -> int | None:
        """Tries left as just read; connects exclusively and holds the card until `release` or the end of `unlock`.

        This card is the one that `unlock` will take, and no other, even when contact was lost in between.
        0: locked; None: the card does not tell. Raises UserErrors of the reader and the card, NoSignatureCertificate.
        """
        value = self._keeper.call("attempts", reader=self.reader).value
        self._card, tries = str(value["card"]), value["tries"]
        return None if tries is None else int(tries)

    @contextmanager
    def unlock(self, secret: Secret) -> Iterator[_UnlockedKey]:
        """Presents the password once; the card is left, powered off and given back when the context ends.

        Raises what `attempts_remaining` does, CardChanged (no password was sent, or it was another card that did not
        sign), CertificateUnusable, OtherPasswordTyped, PasswordMalformed, PasswordIncorrect
        (the card is still held then), PasswordLocked, OutcomeUnknown, CardRemovedWhileSigning.
        """
        with secret.view() as view:
            answer = self._present(view)
        try:
            yield _UnlockedKey(self._keeper, bytes(answer.blobs[0]), tuple(map(bytes, answer.blobs[1:])))
        finally:
            self.release()

    def release(self) -> None:
        """Locks the card and gives it back; never raises, and does nothing when it is not held."""
        if self._keeper.pid is not None:
            with contextlib.suppress(UserError, Cancelled):
                self._keeper.call("release", seconds=RELEASE_SECONDS)

    def _present(self, password: memoryview) -> Answer:
        """Sends the password. Who interrupts (Ctrl-C) while it is on its way still learns what became of the try."""
        answer, interrupted = _despite_interrupts(lambda: self._ask(password))
        if interrupted:
            self.release()
            raise KeyboardInterrupt
        return answer

    def _ask(self, password: memoryview) -> Answer:
        try:
            return self._keeper.call("unlock", blobs=(password,), reader=self.reader, card=self._card)
        except (CardServiceUnavailable, Cancelled):
            if self._keeper.pid is None:  # it died with the password in its hands
                raise OutcomeUnknown from None
            raise


def _despite_interrupts(ask: Callable[[], Answer]) -> tuple[Answer, bool]:
    """What `ask` gives or raises, and whether an interrupt came meanwhile: then OutcomeUnknown after a while.

    It is asked in a thread of its own, since an interrupt may end a call of this one anywhere, an answer half read.
    """
    outcome: Future[Answer] = Future()
    begin = threading.Event()

    def work() -> None:
        if begin.wait(INTERRUPTED_SECONDS):
            try:
                outcome.set_result(ask())
            except BaseException as error:
                outcome.set_exception(error)

    threading.Thread(target=work, name="password", daemon=True).start()
    ends: float | None = None
    while True:
        try:
            begin.set()
            return outcome.result(None if ends is None else max(ends - time.monotonic(), 0)), ends is not None
        except KeyboardInterrupt:
            if not begin.is_set():
                raise
            ends = ends or time.monotonic() + INTERRUPTED_SECONDS
        except TimeoutError:
            raise OutcomeUnknown from None


class _UnlockedKey:
    """A `SigningKey` whose private key is on the card."""

    kind = "card"

    def __init__(self, keeper: Keeper, certificate: bytes, chain: tuple[bytes, ...]) -> None:
        self._keeper = keeper
        self.certificate = certificate
        self.chain = chain

    @property
    def mechanism(self) -> str:
        from app.pki.certificate import mechanism_of

        return mechanism_of(self.certificate)

    def sign(self, digest: bytes) -> bytes:
        """One signature by the card. Raises CardRemovedWhileSigning, CardChanged, CardFault, CertificateUnusable."""
        return bytes(self._keeper.call("sign", blobs=(digest,), late=CardRemovedWhileSigning).blobs[0])


def named(statuses: tuple[ReaderStatus, ...], name: str) -> ReaderStatus:
    """The reader of that whole name, or the only one whose name holds it. Raises ReaderNotFound(name)."""
    exact = [status for status in statuses if status.name == name]
    fitting = exact or [status for status in statuses if name in status.name]
    if len(fitting) != 1:
        raise ReaderNotFound(name=name)
    return fitting[0]


def choose(statuses: tuple[ReaderStatus, ...], name: str | None) -> str:
    """The rule of `Keeper.choose` over what `Keeper.readers` said. Pure."""
    if not statuses:
        raise NoReader
    if name is not None:
        statuses = (named(statuses, name),)
    usable = [status for status in statuses if status.card == "my-number"]
    if len(usable) == 1:
        return usable[0].name
    if usable:
        raise SeveralCards
    _refuse(statuses)


def _refuse(statuses: tuple[ReaderStatus, ...]) -> NoReturn:
    """Raises what stands in the way, the nearest to a usable card first."""
    problems = [status.problem for status in statuses if status.problem]
    if "card-busy" in problems:
        raise CardBusy
    if problems:
        raise by_code(problems[0], {})
    kinds = {status.card for status in statuses}
    if "phone" in kinds:
        raise PhoneNotSupported
    raise NoCard if kinds == {"none"} else NotMyNumberCard


# --- the process itself ---------------------------------------------------------------------------------


def serve(channel: Channel, *options: str) -> None:
    """Serves one parent until the channel closes, then locks the card. `options`: none, or demo and knobs as JSON."""
    from app.card import examination, idle
    from app.card.holder import CardHolder

    undumpable()
    if sys.flags.dev_mode:
        logging.basicConfig(level=logging.DEBUG)
    for name in ("SIGTERM", "SIGHUP"):  # the end of a login session must lock the card too
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _end)
    slots = _slots(options)
    with CardHolder(slots) as holder, idle.IdleClock(holder, idle.PATIENCE) as clock:
        handlers: dict[str, Handler] = {
            "readers": lambda _, thorough: [status.plain() for status in holder.readers(thorough=thorough)],
            "greet": lambda _: examination.greet(slots).plain(),
            "look": lambda _, reader: examination.look(slots, reader, holder.holds(reader)).plain(),
            "attempts": lambda _, reader: {"tries": holder.attempts(reader), "card": holder.card},
            "unlock": lambda blobs, reader, card: Answer(blobs=holder.unlock(reader, Secret.taking(blobs[0]), card)),
            "sign": lambda blobs: Answer(blobs=[holder.sign(bytes(blobs[0]))]),
            "release": lambda _: holder.release(),
        }
        channel.serve({name: clock.attended(handler) for name, handler in handlers.items()})


def _end(*_: object) -> NoReturn:
    raise SystemExit(0)


def _slots(options: tuple[str, ...]) -> Slots:
    if options and options[0] == "demo":
        from app.card.demo import DemoCard, DemoSlots, Knobs

        return DemoSlots(DemoCard(Knobs(**json.loads(options[1]))))
    from app.card.pcsc import PcscSlots

    return PcscSlots()
