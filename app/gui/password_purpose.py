"""What the password is asked for, in the words of the password window's pages."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.gui.password_question import CardQuestion, FileQuestion, Question
from app.signing.sign import Step
from app.wording.language import text as _

StepWords = tuple[str, str, str]
"""What is to be done, what is being done, what is done."""


def _keep_still() -> str:
    return _("Please do not move the card.")


@dataclass(frozen=True, slots=True)
class Purpose:
    """`action`, `icon`: of the button. The rest are sentences of the pages; `steps`: the work has steps to show.

    `practice`: what practice does instead. `patience`: what to do while the work is under way. `with_file`: a key file
    is opened, no card is asked.
    """

    action: str
    icon: str
    waiting: str
    locked: str
    working: str
    steps: bool
    unknown: str
    practice: str = ""
    patience: str = field(default_factory=_keep_still)
    question: Question = field(default_factory=CardQuestion)
    with_file: bool = False

    def step_words(self) -> dict[Step, StepWords]:
        """The steps of the work in their order."""
        sign = (_("Sign with the card"), _("The card is signing"), _("Signed by the card"))
        if self.with_file:
            sign = (_("Sign with the key file"), _("Signing with the key file"), _("Signed with the key file"))
        return {
            Step.PASSWORD_ACCEPTED: (_("Check the password"), _("Checking the password"), _("Password accepted")),
            Step.CERTIFICATE_READ: (_("Read the certificate"), _("Reading the certificate"), _("Certificate read")),
            Step.SIGNED: sign,
            Step.CHECKED: (_("Check the result"), _("Checking the result"), _("Result checked")),
        }


def signing() -> Purpose:
    """A PDF is to be signed."""
    return Purpose(
        action=_("Sign"),
        icon="pen-line",
        waiting=_("Then do not move it until signing is done. The next step comes by itself."),
        locked=_("It was wrong five times in a row. The PDF is unchanged."),
        working=_("Signing"),
        steps=True,
        unknown=_("The PDF is unchanged, and nothing will be sent again."),
        practice=_("This is practice: an invented person signs. No real card is used."),
    )


def signing_with_file() -> Purpose:
    """The same with a key file: there is nothing to wait for, to lock or to lose contact with."""
    return Purpose(
        action=_("Sign"),
        icon="pen-line",
        waiting="",
        locked="",
        working=_("Signing"),
        steps=True,
        unknown="",
        patience=_("This takes a few seconds."),
        question=FileQuestion(),
        with_file=True,
    )


def reading() -> Purpose:
    """The 署名用 certificate is to be read."""
    return Purpose(
        action=_("Read"),
        icon="id-card",
        waiting=_("Then do not move it until it has been read. The next step comes by itself."),
        locked=_("It was wrong five times in a row. Nothing was read."),
        working=_("Reading the certificate"),
        steps=False,
        unknown=_("Nothing was read, and nothing will be sent again."),
        practice=_("This is practice: an invented person's certificate is shown. No real card is used."),
    )
