"""The question of the password window: what is asked for, what may be sent, and the words about it; by kind of key."""

from __future__ import annotations

from app.card.password import SHORTEST, advice, check
from app.errors.base import UserError
from app.errors.card import OtherPasswordTyped
from app.gui.password_rules import CARD_RULE, FILE_RULE
from app.secret import Secret
from app.wording.language import text as _
from app.wording.plain import shown

TRIES = 5

Warning_ = tuple[str, str, str]
"""Kind, title and text of a banner; empty when there is nothing to warn of."""


class CardQuestion:
    """The 署名用 password: its rule is checked before a card is asked, and its tries count."""

    rule = CARD_RULE
    counted = True

    def title(self) -> str:
        """The heading of the window."""
        return _("Enter your signature password")

    def label(self) -> str:
        """What stands above the field."""
        return _("Signature password")

    def rule_words(self) -> str:
        """What stands below it."""
        return _("6–16 capital letters and digits (small letters are changed to capitals)")

    def too_short(self, count: int) -> str:
        """Why so few characters cannot be sent; empty when they can."""
        return _("Enter 6 to 16 characters first") if count < SHORTEST else ""

    def refusal(self, secret: Secret, count: int) -> str:
        """Why this cannot be sent; empty when it can."""
        try:
            check(secret)
        except UserError:
            return self.other_password(secret) or _("6 characters or more are needed; {n} so far.", n=count)
        return ""

    def other_password(self, secret: Secret) -> str:
        """Words for who types the other password, which is recognised when nothing follows; else empty."""
        try:
            check(secret)
        except OtherPasswordTyped:
            return _(
                "Four digits are the PIN for logging in. Here you need the signature password of 6–16 characters. "
                "Nothing has been sent to the card."
            )
        except UserError:
            pass
        return ""

    def remark(self, secret: Secret, count: int) -> str:
        """Something to think about, which keeps nothing from being sent."""
        kind = advice(secret) if count >= SHORTEST else None
        return _("As a rule it holds both letters and digits.") if kind else ""

    def not_allowed(self, character: str) -> str:
        """A character that cannot be typed or pasted."""
        if character.isspace():
            return _("Blanks cannot be used.")
        return _("“{character}” cannot be used. Capital letters and digits only.", character=shown(character))

    def overflow(self) -> str:
        """More was typed or pasted than fits."""
        return _("16 characters are the most it can have.")

    def warning(self, tries: int | None, *, wrong: bool) -> Warning_:
        """What to say over the field."""
        refused = _("Wrong password")
        if tries == 1:
            text = _(
                "Another mistake locks the password, and you will need to visit your municipal office or the like. "
                "If unsure, stop here: that costs no try."
            )
            return "bad", _("Wrong password. One try left") if wrong else _("One try left"), text
        if tries is not None and (wrong or tries == 2):
            text = _("{n} more wrong entries lock it. A correct one resets the count to {total}.", n=tries, total=TRIES)
            return "bad", refused if wrong else _("{n} tries left", n=tries), text
        if wrong:
            return "bad", refused, _("How many tries are left could not be read.")
        return "", "", ""


class FileQuestion:
    """The password of a key file: any text, or none; nothing counts the tries."""

    rule = FILE_RULE
    counted = False

    def title(self) -> str:
        """The heading of the window."""
        return _("Enter the key file's password")

    def label(self) -> str:
        """What stands above the field."""
        return _("Key file password")

    def rule_words(self) -> str:
        """What stands below it."""
        return _("Capitals and small letters differ. For a file without a password, leave it empty and go on.")

    def too_short(self, count: int) -> str:
        """Nothing is: a file may have no password."""
        return ""

    def refusal(self, secret: Secret, count: int) -> str:
        """Whatever can be typed can be tried."""
        return ""

    def other_password(self, secret: Secret) -> str:
        """There is no other one."""
        return ""

    def remark(self, secret: Secret, count: int) -> str:
        """Nothing to think about."""
        return ""

    def not_allowed(self, character: str) -> str:
        """A character that cannot be typed."""
        return _("Line ends and other invisible characters cannot be used.")

    def overflow(self) -> str:
        """More was typed than fits."""
        return _("It is too long: about 80 kanji or 250 letters are the most.")

    def warning(self, tries: int | None, *, wrong: bool) -> Warning_:
        """What to say over the field."""
        if not wrong:
            return "", "", ""
        text = _("The file did not open. Check capitals and small letters. Nothing is locked by mistakes.")
        return "bad", _("Wrong password"), text


def to_mend(fault: str) -> str:
    """A fault of what was typed, and what to do; it is not sent as long as it stands there."""
    return _("{fault} Delete it and type it again.", fault=fault)


def not_pasted(fault: str, *, old: bool) -> str:
    """Why nothing was pasted; `old`: something that was there before still is."""
    if old:
        return _(
            "Nothing was pasted. {fault} What was there before still is: delete it and enter it again.", fault=fault
        )
    return _("Nothing was pasted. {fault}", fault=fault)


def nothing_to_paste() -> str:
    """Why nothing was pasted: no text was copied."""
    return _("No text has been copied.")


Question = CardQuestion | FileQuestion
