"""The way of one signature, from the rehearsal to the file that gets its name.

Everything that can fail without the key fails before the password is sent: the document, the target, the room
on the disk. The output is the snapshot's bytes plus a suffix; it stands in a private file beside the target until
it was reopened and checked in a process of its own.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from app.document.child import DocumentChild
from app.document.facts import PreparedRevision, RevisionOrder
from app.document.target import check_target, commit, part_file
from app.errors.document import SelfCheckFailed
from app.isolation import without_network
from app.secret import Secret
from app.signing.key import LockedKey, SigningKey
from app.signing.request import SigningRequest
from app.verification.report import VerificationReport
from app.verification.verify import Verifier

# a suffix is 16 KiB of hexadecimal room for the CMS, a stamp of some KiB, and the tables of the update
SUFFIX_ROOM = 256 << 10
# the longest name the rehearsal makes room for
PLACEHOLDER_NAME = "氏名氏名　氏名氏名"


class Step(Enum):
    """What has just been done; yielded in this order."""

    PASSWORD_ACCEPTED = "password-accepted"  # noqa: S105
    CERTIFICATE_READ = "certificate-read"
    SIGNED = "signed"
    CHECKED = "checked"


@dataclass(frozen=True, slots=True)
class SigningResult:
    """A finished, checked file. `page` is None for an invisible signature; hashes are hexadecimal SHA-256."""

    target: Path
    source_sha256: str
    target_sha256: str
    holder: str | None
    profile: str
    field: str
    page: int | None
    signed_at: datetime
    demo: bool
    report: VerificationReport


def rehearse(request: SigningRequest, child: DocumentChild) -> None:
    """Everything that can fail without the key, without it: document, place, fonts, target, room, the source.

    Raises UserError. Nothing is left behind.
    """
    without_network()
    from app.signing.cms import now

    _prepared(request, child, request.order(PLACEHOLDER_NAME, now()))
    _check_target(request)
    request.snapshot.verify_unchanged()


def steps(
    request: SigningRequest, child: DocumentChild, key: LockedKey, secret: Secret
) -> Generator[Step, None, SigningResult]:
    """Signs, yielding each step as it is done. Raises UserError; then no output exists and the key is locked.

    Closing the generator between two steps cancels. The password is presented once; `secret` is wiped by it.
    """
    from app.pki.certificate import digest_of
    from app.pki.holder import display_name
    from app.signing.cms import check_certificate, now, signed_data

    snapshot = request.snapshot
    with secret, Verifier() as verifier:
        _check_target(request)
        snapshot.verify_unchanged()
        before = verifier.verify(snapshot.path) if request.document.signatures else None
        with part_file(request.target, snapshot.size + SUFFIX_ROOM) as part:
            _reserve(part, snapshot.path, snapshot.size + SUFFIX_ROOM)
            with key.unlock(secret) as unlocked:
                secret.wipe()
                yield Step.PASSWORD_ACCEPTED
                when = now()
                check_certificate(unlocked.certificate, when, unlocked.kind)
                holder = display_name(unlocked.certificate)
                yield Step.CERTIFICATE_READ
                revision = _prepared(request, child, request.order(holder, when, _certificate_room(unlocked)))
                algorithm = digest_of(unlocked.certificate)
                cms = signed_data(unlocked, _byte_range_digest(request, revision, algorithm))
            yield Step.SIGNED
            suffix = _filled(revision, snapshot.size, cms)
            _finish(part, snapshot.size, suffix)
            report = verifier.self_check(part, source=snapshot.path, field=revision.field, before=before)
            digest = snapshot.hasher()
            digest.update(suffix)
            snapshot.verify_unchanged()
            commit(part, request.target, snapshot.source, overwrite=request.overwrite)
        yield Step.CHECKED
        return SigningResult(
            target=request.target,
            source_sha256=snapshot.sha256,
            target_sha256=digest.hexdigest(),
            holder=holder,
            profile=request.profile.name,
            field=revision.field,
            page=revision.page,
            signed_at=when,
            demo=request.demo,
            report=report,
        )


def sign(request: SigningRequest, child: DocumentChild, key: LockedKey, secret: Secret) -> SigningResult:
    """The same without a look at the steps."""
    work = steps(request, child, key, secret)
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: SigningResult = end.value
            return result


def _prepared(request: SigningRequest, child: DocumentChild, order: RevisionOrder) -> PreparedRevision:
    """The child's revision, once it is of the shape that was ordered: the card signs nothing else."""
    revision = child.prepare(order)
    size = request.snapshot.size
    start, end = (place - size for place in revision.contents)
    room = revision.suffix[start:end] if 0 <= start < end else b""
    if room != b"<" + b"0" * (2 * order.reserve) + b">":
        raise SelfCheckFailed(detail="contents-misplaced")
    if not isinstance(revision.field, str) or (revision.page is not None and type(revision.page) is not int):
        raise SelfCheckFailed(detail="malformed-answer")
    return revision


def _check_target(request: SigningRequest) -> None:
    check_target(
        request.target, request.snapshot.source, request.snapshot.size + SUFFIX_ROOM, overwrite=request.overwrite
    )


def _reserve(part: Path, source: Path, room: int) -> None:
    """The snapshot's bytes and real room for the rest: a full disk shows here, not after the password."""
    shutil.copyfile(source, part)
    with part.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), size, room - size)
        else:
            file.write(bytes(room - size))
        file.truncate(room)
        file.flush()


def _finish(part: Path, size: int, suffix: bytes) -> None:
    with part.open("r+b") as file:
        file.seek(size)
        file.write(suffix)
        file.truncate(size + len(suffix))
        file.flush()
        os.fsync(file.fileno())


def _certificate_room(key: SigningKey) -> int:
    """Bytes of the CMS that follow from the certificates."""
    from app.pki.certificate import signature_room

    return sum(map(len, {key.certificate, *key.chain})) + signature_room(key.certificate)


def _byte_range_digest(request: SigningRequest, revision: PreparedRevision, algorithm: str) -> bytes:
    """The digest over everything but /Contents (ISO 32000-2 12.8.1): the snapshot's state goes on."""
    size = request.snapshot.size
    start, end = revision.contents
    state = request.snapshot.hasher(algorithm)
    state.update(revision.suffix[: start - size])
    state.update(revision.suffix[end - size :])
    return state.digest()


def _filled(revision: PreparedRevision, size: int, cms: bytes) -> bytes:
    start, end = revision.contents
    room = end - start - 2
    content = cms.hex().encode()
    if len(content) > room:
        raise SelfCheckFailed(detail="contents-too-small")
    gap = start - size + 1
    return revision.suffix[:gap] + content + b"0" * (room - len(content)) + revision.suffix[gap + room :]
