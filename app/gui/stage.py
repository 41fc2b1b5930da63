"""How far a document is from its signature: what the main button says, and what is missing."""

from __future__ import annotations

from typing import NamedTuple

from app.gui.card_watch import CardState
from app.wording.language import text as _


class Stage(NamedTuple):
    """What is there already."""

    obstacle: bool
    inspected: bool
    busy: bool
    placed: bool
    card: CardState
    demo: bool
    key_file: bool = False
    card_free: bool = True

    def words(self) -> tuple[str, str]:
        """The button's text, and why it cannot be pressed yet ("" when it can)."""
        if self.obstacle:
            return _("Cannot be signed"), _("See the message above the pages")
        if not self.inspected:
            return _("Opening…"), _("The PDF is being read")
        if self.busy:
            return _("Checking…"), _("Everything is checked before the password")
        if not self.placed:
            return _("Choose the place first"), _("Choose where the signature should stand first")
        if not self.card.ready and not self.key_file:
            from app.gui.card_line import pill_words, sentence

            state = pill_words(self.card)[0]
            return state, sentence(self.card, demo=self.demo) or state
        if not self.card_free and not self.key_file:
            return _("Enter password and sign…"), _("The certificate is being read. End that first")
        return _("Enter password and sign…"), ""
