"""The verifying child: every signature of a file, its cryptography, coverage, issuer, time and level.

What happened after a signature is the other child's affair (`changes`): that analysis may be slow, and what is
reported here must not wait for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from asn1crypto import core
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import byte_range_digest
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from app.channel import Channel
from app.pki.holder import display_name
from app.verification import chain, reading
from app.verification.appended import is_only_a_signature

CHUNK = 1 << 20
STRONG_DIGESTS = {"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"}
SMALLEST_RSA_BITS = 2048
CADES = ("/ETSI.CAdES.detached", "/PBAD.PAdES")
DETACHED = (*CADES, "/adbe.pkcs7.detached", reading.TIMESTAMP)
_HEX_STRING = re.compile(rb"<[0-9A-Fa-f]*>")


def serve(channel: Channel) -> None:
    """Serves `check`."""
    reading.silence()
    channel.serve({"check": check})


def check(blobs: list[bytearray], path: str, encrypted: bool = False, source: str | None = None) -> dict[str, Any]:
    """All facts that need no comparison of revisions. `blobs`: the document's password if `encrypted`, then anchors.

    `changes` is "none" for a signature over the whole file, "forbidden" for one whose coverage is not that of a
    revision, and null where the revisions must be compared. `only_a_signature`: whether that is all that the file is
    beyond `source`; null without one.
    """
    password = blobs.pop(0) if encrypted else None
    anchors = [bytes(blob) for blob in blobs]
    try:
        with reading.opened(path, password) as (reader, stream):
            seen = _Document(reader, stream)
            return {
                "only_a_signature": None if source is None else is_only_a_signature(reader, stream, Path(source)),
                "state": reading.state(stream),
                "signatures": asyncio.run(seen.reports(anchors)),
            }
    finally:
        if password is not None:
            password[:] = bytes(len(password))


@dataclass(slots=True)
class _Signature:
    """One filled field while it is examined; `parsed` is None when it could not be read. `index`: its place among the
    filled fields, by which the comparing child finds it."""

    index: int
    name: str
    revision: int
    parsed: EmbeddedPdfSignature | None
    subfilter: str
    is_timestamp: bool
    intact: bool = False
    coverage: SignatureCoverageLevel = SignatureCoverageLevel.UNCLEAR
    reasons: list[str] = field(default_factory=list)


class _Document:
    def __init__(self, reader: PdfFileReader, stream: BinaryIO) -> None:
        self.reader = reader
        self.stream = stream
        self.size = stream.seek(0, os.SEEK_END)
        with reading.refusing():
            self.has_tail = reading.has_unsigned_tail(reader, stream)
        self.signatures = [self._read(i, *found) for i, found in enumerate(reading.signature_fields(reader))]
        self.signatures.sort(key=lambda signature: signature.revision)

    def _read(self, index: int, name: str, value: Any, holder: Any) -> _Signature:
        parsed, revision, subfilter, stamp = None, self.reader.xrefs.total_revisions, "", False
        try:
            subfilter = str(value.get("/SubFilter", ""))
            stamp = reading.is_timestamp(value)
            revision = self.reader.xrefs.get_last_change(holder.raw_get("/V").reference)
            if subfilter in DETACHED:
                parsed = EmbeddedPdfSignature(self.reader, holder, name)
        except MemoryError:
            raise
        except Exception:
            parsed = None
        return _Signature(index, name, revision, parsed, subfilter, stamp)

    async def reports(self, anchors: Sequence[bytes]) -> list[dict[str, Any]]:
        """Signatures of persons, oldest first. Document timestamps are no signatures: they prove times and levels,
        and one that does not fit shows at the signatures that it stands over."""
        evidence = chain.Evidence.of_document(self.reader)
        stamps: list[tuple[int, bool, datetime | None]] = []
        for signature in self.signatures:
            self._examine(signature)
        self._look_for_strays()
        for signature in self.signatures:
            if signature.is_timestamp and signature.parsed is not None:
                intact, time = await chain.timestamp_time(
                    signature.parsed.signed_data, signature.parsed.compute_digest, evidence, anchors
                )
                fits = bool(intact) and signature.coverage >= SignatureCoverageLevel.ENTIRE_REVISION
                stamps.append((signature.revision, fits, time if fits else None))
            elif signature.is_timestamp:
                stamps.append((signature.revision, False, None))
        return [
            await self._report(signature, evidence, anchors, [s[1:] for s in stamps if s[0] > signature.revision])
            for signature in self.signatures
            if not signature.is_timestamp
        ]

    def _examine(self, signature: _Signature) -> None:
        if signature.parsed is None:
            signature.reasons.append(
                "unreadable" if signature.subfilter in DETACHED or not signature.subfilter else "unsupported-format"
            )
            return
        try:
            if not self._byte_range_is_sane(signature.parsed):
                signature.reasons.append("byte-range-invalid")
                return
            signature.coverage = signature.parsed.evaluate_signature_coverage()
            if not signature.is_timestamp:
                self._check_cryptography(signature, signature.parsed)
        except SignatureValidationError:
            signature.reasons.append("signature-invalid")
            signature.intact = False
        except MemoryError:
            raise
        except Exception:
            signature.reasons.append("unreadable")
            signature.intact = False

    def _byte_range_is_sane(self, parsed: EmbeddedPdfSignature) -> bool:
        """Two ranges from the first byte on, whose gap is the hexadecimal string of /Contents and nothing else."""
        numbers = list(parsed.byte_range)
        if len(numbers) != 4 or not all(isinstance(number, int) for number in numbers):
            return False
        start, length, resume, rest = map(int, numbers)
        if start != 0 or not 0 < length < resume or rest <= 0 or resume + rest > self.size:
            return False
        if resume - length != 2 * len(parsed.pkcs7_content) + 2:
            return False
        self.stream.seek(length)
        gap = self.stream.read(resume - length)
        return bool(_HEX_STRING.fullmatch(gap)) and bytes.fromhex(gap[1:-1].decode("ascii")) == parsed.pkcs7_content

    def _check_cryptography(self, signature: _Signature, parsed: EmbeddedPdfSignature) -> None:
        algorithm = parsed.external_md_algorithm
        _, digest = byte_range_digest(self.stream, parsed.byte_range, algorithm, chunk_size=CHUNK)
        parsed.external_digests[algorithm] = digest
        if parsed.signed_data["encap_content_info"]["content"] is not core.VOID:
            signature.reasons.append("signature-invalid")
            return
        digest_fits, signature_fits = validate_sig_integrity(
            parsed.signer_info, parsed.signer_cert, expected_content_type="data", actual_digest=digest
        )
        if not signature_fits:
            signature.reasons.append("signature-invalid")
        elif not digest_fits:
            signature.reasons.append("digest-mismatch")
        signature.intact = digest_fits and signature_fits
        if _is_weak(parsed):
            signature.reasons.append("weak-digest")
        key = parsed.signer_cert.public_key
        if key.algorithm in ("rsa", "rsassa_pss") and key.bit_size < SMALLEST_RSA_BITS:
            signature.reasons.append("weak-key")
        if self.has_tail and _end(parsed) != self.size:
            signature.reasons.append("unsigned-bytes")
        if self.reader.xrefs.hybrid_xrefs_present:
            signature.reasons.append("hybrid-references")

    def _look_for_strays(self) -> None:
        ends = {id(s): _end(s.parsed) for s in self.signatures if s.intact and s.parsed is not None}
        if not ends or min(ends.values()) == self.size:
            return
        strays = reading.stray_objects(self.reader, self.stream, min(ends.values()))
        for signature in self.signatures:
            if any(offset >= ends.get(id(signature), self.size) for offset in strays):
                signature.reasons.append("unlisted-objects")

    async def _report(
        self,
        signature: _Signature,
        evidence: chain.Evidence,
        anchors: Sequence[bytes],
        stamps: Sequence[tuple[bool, datetime | None]],
    ) -> dict[str, Any]:
        standing, holder, level = chain.Standing(), None, "cms"
        if signature.parsed is not None and "unreadable" not in signature.reasons:
            proofs = [time for fits, time in stamps if fits and time is not None]
            try:
                holder = display_name(signature.parsed.signer_cert.dump())
                standing = await chain.signer_standing(
                    signature.parsed, evidence, anchors, min(proofs) if proofs else None
                )
                level = _level(signature, standing, evidence, any(fits for fits, _ in stamps))
            except MemoryError:
                raise
            except Exception:
                standing = chain.Standing(reasons=["issuer-unknown"])
        if not all(fits for fits, _ in stamps):
            standing.reasons.append("timestamp-invalid")
        reasons = dict.fromkeys([*signature.reasons, *standing.reasons])
        return {
            "index": signature.index,
            "field": signature.name,
            "intact": signature.intact,
            "covers_whole_file": signature.coverage == SignatureCoverageLevel.ENTIRE_FILE,
            "changes": _changes_so_far(signature),
            "trusted": standing.trusted if signature.intact else "no",
            "holder": None if holder is None else reading.plain(holder),
            "level": level,
            "claimed_time": _claimed_time(signature),
            "proven_time": _rfc3339(standing.proven_time) if signature.intact else None,
            "revocation": standing.revocation,
            "reasons": list(reasons),
        }


def _end(parsed: EmbeddedPdfSignature) -> int:
    """The first byte behind the signed ranges."""
    return int(parsed.byte_range[2]) + int(parsed.byte_range[3])


def _is_weak(parsed: EmbeddedPdfSignature) -> bool:
    digests = {parsed.md_algorithm}
    algorithm = parsed.signer_info["signature_algorithm"]
    with contextlib.suppress(ValueError):  # rsaEncryption as such: the digest algorithm alone tells
        digests.add(algorithm.hash_algo)
    return not digests <= STRONG_DIGESTS


def _changes_so_far(signature: _Signature) -> str | None:
    if not signature.intact:
        return "unknown"
    if signature.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return "none"
    return None if signature.coverage == SignatureCoverageLevel.ENTIRE_REVISION else "forbidden"


def _level(signature: _Signature, standing: chain.Standing, evidence: chain.Evidence, stamped_later: bool) -> str:
    """By content alone (ETSI EN 319 142-1 6): what the file contains, not what was asked for when it was made."""
    assert signature.parsed is not None
    if signature.subfilter not in CADES:
        return "cms"
    if not standing.timestamped:
        return "pades-b-b"
    if not evidence.speaks_of(signature.parsed.signer_cert):
        return "pades-b-t"
    return "pades-b-lta" if stamped_later else "pades-b-lt"


def _claimed_time(signature: _Signature) -> str | None:
    try:
        return _rfc3339(signature.parsed.self_reported_timestamp) if signature.parsed is not None else None
    except MemoryError:
        raise
    except Exception:  # /M can hold anything
        return None


def _rfc3339(time: datetime | None) -> str | None:
    """ISO 32000-2 7.9.4: a time without a zone counts as UT."""
    if time is None:
        return None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).isoformat(timespec="seconds")
