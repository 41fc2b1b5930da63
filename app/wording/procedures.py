"""What a person can do about the card: the roads out of a lock, the lost card, renewal, and what each part is for.

Numbers and rules are facts of Japanese offices; they are to be confirmed again before each release.
"""

from __future__ import annotations

from typing import NamedTuple

from app.wording.language import text as _

CALL_CENTRE = "0120-95-0178"
"""マイナンバー総合フリーダイヤル."""
PAID_CALL_CENTRE, PAID_CALL_CENTRE_IP = "0570-783-578", "050-3818-1250"
"""個人番号カードコールセンター, and the same from IP telephones."""
PORTAL = "www.jpki.go.jp"
"""公的個人認証サービス ポータルサイト."""


class Point(NamedTuple):
    """A short heading (or none) and its text."""

    title: str
    text: str


class Section(NamedTuple):
    """One explanation; `key` names it for whoever wants to open it."""

    key: str
    icon: str
    title: str
    points: tuple[Point, ...]


def sections() -> tuple[Section, ...]:
    """All explanations in the order of need."""
    return (locked(), ends(), absent(), lost(), own_hands(), two_of_each(), phones_and_readers())


def locked() -> Section:
    """The roads out of a lock or a forgotten password."""
    return Section(
        "locked",
        "lock",
        _("When a password is locked or forgotten"),
        (
            Point("", _("No program on a computer can unlock it or find it out. These are the ways to set it anew:")),
            *roads(),
            Point(
                _("Certificates held in a phone"),
                _("They have passwords of their own. Reset them in the Mynaportal app of the phone."),
            ),
        ),
    )


def roads(*, only_office: bool = False) -> tuple[Point, ...]:
    """The ways out of a lock: all, or the one that is left when neither password can be used."""
    office = Point(_("Municipal office, in every case"), office_road())
    if only_office:
        return (office,)
    return (
        office,
        Point(_("Phone app and convenience store, if you know the other password"), store_road()),
        Point(
            "",
            _(
                "For the signature password you need the four-digit PIN, and for the PIN the signature password. Not "
                "every store does both. If you know neither, only the office can help."
            ),
        ),
    )


def office_road() -> str:
    """The road that is always open."""
    return _("Bring the card and a document that proves who you are.")


def store_road() -> str:
    """The road for whoever knows the other password."""
    return _(
        "Book in the app “JPKI暗証番号リセット”, then set it anew at a store's machine within 24 hours. It is free."
    )


def ends() -> Section:
    """Ends of validity, and renewal."""
    return Section(
        "ends",
        "calendar",
        _("How long it is valid, and renewal"),
        (
            Point(_("It ends on the earliest of these days"), ""),
            Point("", _("• the certificate's own date: the fifth birthday after it was issued")),
            Point("", _("• the end of the card itself")),
            Point("", _("• a change of name, address, sex or birth date (the signature certificate only)")),
            Point("", _("• for residents with a period of stay, the end of that period")),
            Point(
                _("Renewal"),
                _(
                    "From three months before the end, at your municipal office. After the end a new one can still be "
                    "issued. It can take up to a day before the new one works."
                ),
            ),
        ),
    )


def absent() -> Section:
    """Why a card may hold no 署名用 certificate."""
    return Section(
        "absent",
        "id-card",
        _("Why a card may hold no signature certificate"),
        (
            Point("", _("• the holder is under 15, or an adult ward (成年被後見人): as a rule none is issued")),
            Point("", _("• a face-authentication card (顔認証マイナンバーカード), which has no passwords")),
            Point("", _("• it was not asked for when the card was made")),
            Point("", _("• it lapsed with a move, a change of name or its date, and no new one was issued")),
            Point("", _("Your municipal office tells you whether one can be issued.")),
        ),
    )


def lost() -> Section:
    """Whom to call when the card is lost or stolen."""
    return Section(
        "lost",
        "triangle-alert",
        _("When the card is lost or stolen"),
        (
            Point(
                _("Have it stopped at once: call {number}", number=CALL_CENTRE),
                _("My Number toll-free line, choice 2 of the menu. Day and night, every day, free of charge."),
            ),
            Point(
                "",
                _(
                    "If you cannot get through: card call centre {number}, from IP telephones {ip} (both charged).",
                    number=PAID_CALL_CENTRE,
                    ip=PAID_CALL_CENTRE_IP,
                ),
            ),
            Point(
                _("Then your municipal office"),
                _("Report the loss and ask for a new card. If you lost it outside your home, report it to the police."),
            ),
            Point(
                _("If you find it again"),
                _("The office makes it work again. The signature certificate may have to be issued anew."),
            ),
        ),
    )


def own_hands() -> Section:
    """Who types the password."""
    return Section(
        "own-hands",
        "user",
        _("Only you type your password"),
        (
            Point(
                "",
                _(
                    "Not your 司法書士 or 行政書士, not your family, not your company. Nobody needs to know it, and "
                    "the makers of Natsuin will never ask for it."
                ),
            ),
            Point("", _("What is signed with it counts as signed by you. Do not keep it together with the card.")),
        ),
    )


def two_of_each() -> Section:
    """The two certificates and the two passwords."""
    return Section(
        "two",
        "key",
        _("Two certificates, two passwords"),
        (
            Point(
                _("For signing (署名用): the one that Natsuin uses"),
                _(
                    "It signs documents and holds name, address, date of birth and sex. Its password has 6–16 capital "
                    "letters and digits and is locked after five mistakes in a row."
                ),
            ),
            Point(
                _("For logging in (利用者証明用): not used here"),
                _(
                    "It shows at Mynaportal or in a store that it is you, and names nobody. Its PIN has four digits "
                    "and is locked after three mistakes in a row."
                ),
            ),
        ),
    )


def phones_and_readers() -> Section:
    """A phone as a card, a phone as a reader, and which readers work."""
    return Section(
        "phone",
        "nfc",
        _("Phones and readers"),
        (
            Point(_("Certificates held in a phone"), _("Natsuin cannot sign with them. Use the card itself.")),
            Point(_("A phone in place of a reader"), _("Natsuin does not support it.")),
            Point(
                _("Readers that work"),
                _(
                    "Any reader that this computer shows as a smart-card reader (PC/SC): on USB or built in, with or "
                    "without contacts. A list of suitable readers is on {site}.",
                    site=PORTAL,
                ),
            ),
        ),
    )
