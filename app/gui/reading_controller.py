"""Reading the 署名用 certificate in the card window: one question, and the person it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from app.gui.certificate_reading import ReadCertificate, read
from app.gui.delivery import submit
from app.gui.password_talk import PasswordTalk
from app.gui.reading_context import ReadingContext
from app.secret import Secret

if TYPE_CHECKING:
    from app.card.keeper import Keeper
    from app.signing.key import LockedKey


class ReadingController(PasswordTalk):
    """Ends with `was_read` (a ReadCertificate), or as every talk."""

    was_read = Signal(object)
    _reader = ""

    def begin(self, reader: str, *, demo: bool) -> None:
        """Asks for the password of the card in this reader; does nothing while the card is at work for somebody."""
        if not self.busy and self._watch.take(self):
            self._reader = reader
            self.ask(ReadingContext(reader, demo))

    def find(self, keeper: Keeper | None) -> LockedKey:
        assert keeper is not None
        return keeper.key(self._reader)

    def use(self, key: LockedKey, secret: Secret) -> None:
        submit(self.lanes.card, read, key, secret, succeeded=self._done, failed=self.refused)

    def _done(self, certificate: ReadCertificate) -> None:
        self.finish()
        self.was_read.emit(certificate)
