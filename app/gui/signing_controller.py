"""The way of one signature in the window: rehearse, ask for the password, sign, tell how it ended."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from app.errors.base import Cancelled, UserError
from app.gui.delivery import submit
from app.gui.password_talk import PasswordTalk
from app.secret import Secret
from app.signing.request import SigningRequest

if TYPE_CHECKING:
    from app.card.keeper import Keeper
    from app.document.child import DocumentChild
    from app.gui.password_parts import Context
    from app.signing.key import LockedKey
    from app.signing.sign import SigningResult, Step


class SigningController(PasswordTalk):
    """One signature at a time, by card or key file. Ends with `signed` (a SigningResult), or as every talk."""

    signed = Signal(object)
    _request: SigningRequest | None = None
    _child: DocumentChild | None = None
    _key_file: Path | None = None

    @property
    def busy(self) -> bool:
        """Whether a signature is under way."""
        return self._request is not None

    @property
    def by_card(self) -> bool:
        return self._key_file is None

    def begin(self, request: SigningRequest, child: DocumentChild, key_file: Path | None = None) -> None:
        """Rehearses: everything that can fail without the key fails here. Without a key file the card signs, and is
        taken from now on; does nothing while it is at work for somebody else, or a signature is under way."""
        if not self.busy and (key_file is not None or self._watch.take(self)):
            self._request, self._child, self._key_file = request, child, key_file
            submit(self.lanes.document, _rehearse, request, child, succeeded=self._rehearsed, failed=self._broke_down)

    def find(self, keeper: Keeper | None) -> LockedKey:
        from app.pki.keyfile import KeyFile

        if self._key_file is not None:
            return KeyFile(self._key_file)
        assert keeper is not None
        return keeper.key(keeper.choose(None))

    def use(self, key: LockedKey, secret: Secret) -> None:
        submit(
            self.lane,
            _sign,
            self._request,
            self._child,
            key,
            secret,
            succeeded=self._signed,
            failed=self.refused,
            progressed=self._step_done,
        )

    def finish(self) -> None:
        super().finish()
        self._request = self._child = self._key_file = None

    def _rehearsed(self, outcome: tuple[SigningRequest, Exception | None]) -> None:
        request, error = outcome
        if request is not self._request:  # the person has gone
            return
        if error is not None:
            self._end(error)
        else:
            self.ask(_context(request, self._watch.state.reader, self._key_file))

    def _step_done(self, step: Step) -> None:
        self._accepted = True
        if self.password_window is not None:
            self.password_window.step_done(step)

    def _signed(self, result: SigningResult) -> None:
        self.finish()
        self.signed.emit(result)


def _context(request: SigningRequest, reader: str, key_file: Path | None) -> Context:
    from app.gui.signing_context import PasswordContext

    page = request.placement.page if request.placement else None
    if request.field is not None:
        page = next((field.page for field in request.document.fields if field.name == request.field), None)
    return PasswordContext(
        file_name=request.snapshot.source.name,
        pages=len(request.document.pages),
        size_bytes=request.snapshot.size,
        signature_page=page,
        target_name=request.target.name,
        sha256=request.snapshot.sha256,
        demo=request.demo,
        profile=request.profile.name,
        reader=reader,
        key_file=key_file.name if key_file is not None else "",
    )


def _rehearse(request: SigningRequest, child: DocumentChild) -> tuple[SigningRequest, Exception | None]:
    """What was rehearsed, and what is in its way: who began another one meanwhile can tell them apart."""
    from app.signing.sign import rehearse

    try:
        rehearse(request, child)
    except (UserError, Cancelled) as error:
        return request, error
    return request, None


def _sign(
    request: SigningRequest, child: DocumentChild, key: LockedKey, secret: Secret
) -> Generator[Step, None, SigningResult]:
    from app.signing.sign import steps

    return (yield from steps(request, child, key, secret))
