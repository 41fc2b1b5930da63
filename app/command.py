"""One frozen description of the command line: `app.cli` parses it, the window can print it."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.wording.language import mark


@dataclass(frozen=True, slots=True)
class Option:
    """One argument. `value` names its value (None: a switch); `group` names options that exclude each other.

    `may_be_empty`: an empty value says the same as none.
    """

    flags: tuple[str, ...]
    help: str
    value: str | None = None
    many: bool = False
    group: str = ""
    may_be_empty: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A command with its positional argument (None: none) and its options."""

    name: str
    help: str
    positional: str | None
    options: tuple[Option, ...] = field(default=())


READER = Option(
    ("--reader",), mark("the reader to use: its whole name, or a part that fits only one"), "NAME", group="card"
)
DEMO = Option(("--demo",), mark("practise with the built-in demo card; proves nothing"), group="card")
KEY_FILE = Option(
    ("--p12",), mark("sign with this key file (PKCS#12: .p12, .pfx) instead of a card"), "FILE", group="card"
)
JSON = Option(("--json",), mark("one JSON object on standard output, words on standard error"))

SIGN = Command(
    "sign",
    mark("sign a PDF with the card or a key file"),
    "IN.pdf",
    (
        Option(
            ("-o", "--output"),
            mark("the signed file (default: IN-signed.pdf beside it; IN-demo.pdf with --demo)"),
            "OUT.pdf",
        ),
        Option(("--force",), mark("replace OUT.pdf if it exists (never the original)")),
        READER,
        DEMO,
        KEY_FILE,
        Option(("--wait",), mark("wait so long for a card instead of giving up at once"), "SECONDS"),
        Option(("--password-stdin",), mark("read the password from standard input (one line)")),
        Option(("--allow-last-tries",), mark("go on although fewer than 3 tries are left")),
        Option(("--profile",), mark("the kind of signature: pades-b-b"), "PROFILE"),
        Option(
            ("--place",),
            mark("page and box in mm from the top left as seen; page -1 is the last (default: bottom right there)"),
            "PAGE:X,Y,W,H",
            group="place",
        ),
        Option(("--field",), mark("sign into this empty signature field"), "NAME", group="place"),
        Option(("--invisible",), mark("no visible mark"), group="place"),
        Option(("--reason",), mark("why it is signed; stands in the signature"), "TEXT", may_be_empty=True),
        Option(("--location",), mark("where it is signed; stands in the signature"), "TEXT", may_be_empty=True),
        JSON,
    ),
)
VERIFY = Command(
    "verify",
    mark("check the signatures of a PDF"),
    "FILE",
    (Option(("--trust",), mark("a certificate to trust as issuer (PEM or DER)"), "CERT.pem", many=True), JSON),
)
CARD = Command("card", mark("show readers and cards (no password is asked)"), None, (READER, DEMO, JSON))
DOCTOR = Command(
    "doctor",
    mark("find out what keeps the reader or the card from working (no password is asked)"),
    None,
    (READER, JSON),
)
COMMANDS = (SIGN, VERIFY, CARD, DOCTOR)
