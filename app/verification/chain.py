"""From a signer's certificate to an anchor, and what the file itself proves about time and revocation.

Works in the verifying child on what the file contains and on the anchors that are given: nothing is fetched. Paths are
built and validated by certvalidator (RFC 5280); a time counts only when a timestamp whose issuer was given as an
anchor proves it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from asn1crypto import crl, ocsp, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import find_cms_attribute_iter
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import (
    extract_tst_data_iter,
    message_imprint_checker,
    validate_tst_signed_data,
)
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator import ValidationContext, find_valid_path
from pyhanko_certvalidator.errors import ExpiredError, NotYetValidError, RevokedError

from app.pki import trust

SIGNING_USES = {"digital_signature", "non_repudiation"}


@dataclass(slots=True)
class Evidence:
    """What the file brings along for validation: certificates and revocation data, none of it trusted as such."""

    certificates: list[x509.Certificate] = field(default_factory=list)
    crls: list[crl.CertificateList] = field(default_factory=list)
    ocsps: list[ocsp.OCSPResponse] = field(default_factory=list)

    @classmethod
    def of_document(cls, reader: PdfFileReader) -> Evidence:
        """The document security store (ETSI EN 319 142-1 5.4.2); an unreadable one counts as none."""
        try:
            store = DocumentSecurityStore.read_dss(reader)
            return cls(
                list(store.load_certs()),
                [crl.CertificateList.load(item.get_object().data) for item in store.crls],
                [ocsp.OCSPResponse.load(item.get_object().data) for item in store.ocsps],
            )
        except NoDSSFoundError:
            return cls()
        except MemoryError:
            raise
        except Exception:
            return cls()

    def with_signature(self, signature: EmbeddedPdfSignature) -> Evidence:
        """The same and what stands in the CMS: its certificates and Adobe's revocation attribute."""
        crls, ocsps = list(self.crls), list(self.ocsps)
        attributes = signature.signer_info["signed_attrs"]
        for archive in find_cms_attribute_iter(attributes, "adobe_revocation_info_archival"):
            crls += list(archive["crl"] or ())
            ocsps += list(archive["ocsp"] or ())
        return Evidence([*signature.other_embedded_certs, *self.certificates], crls, ocsps)

    def speaks_of(self, certificate: x509.Certificate) -> bool:
        """Whether revocation data for this certificate is there, valid or not."""
        issuer = certificate.issuer
        if any(list_.issuer == issuer for list_ in self.crls):
            return True
        serial = certificate.serial_number
        return any(
            single["cert_id"]["serial_number"].native == serial
            for answer in self.ocsps
            if answer["response_status"].native == "successful"
            for single in answer.response_data["responses"]
        )


@dataclass(slots=True)
class Standing:
    """What is known of a signer: `trusted` as published, reasons, revocation, time proven by the signature's own
    timestamp, and whether an intact one is there at all."""

    trusted: str = "no"
    revocation: str = "not-checked"
    proven_time: datetime | None = None
    timestamped: bool = False
    reasons: list[str] = field(default_factory=list)


async def signer_standing(
    signature: EmbeddedPdfSignature, evidence: Evidence, given: Sequence[bytes], later_proof: datetime | None
) -> Standing:
    """Judges the signer's certificate at the proven time, else now. `later_proof`: the time that a verified document
    timestamp over the signature proves."""
    standing = Standing()
    evidence = evidence.with_signature(signature)
    await _timestamps(signature, evidence, given, standing)
    if standing.proven_time is None:
        standing.proven_time = later_proof
    certificate = signature.signer_cert
    moment = standing.proven_time or datetime.now(UTC)
    first, last = certificate.not_valid_before, certificate.not_valid_after
    if not first <= moment <= last:
        standing.reasons.append(
            "certificate-invalid-at-proven-time" if standing.proven_time else "certificate-not-valid-now"
        )
    if standing.proven_time is None:
        standing.reasons.append("validity-not-proven")
    usage = certificate.key_usage_value
    if usage is not None and not SIGNING_USES & usage.native:
        standing.reasons.append("certificate-not-for-signing")

    found = [other.dump() for other in evidence.certificates]
    anchors = trust.anchors(found, given)
    # who issued it is told at a time when the certificate was valid; that it no longer is stands in the reasons
    inside = min(max(moment, first), last)
    path = await _path(certificate, anchors, evidence, inside)
    if path is None:
        standing.reasons.append(trust.why_unknown(certificate.dump(), found))
        return standing
    end = path.first.dump()
    kind = next(anchor.kind for anchor in anchors if anchor.certificate == end)
    if kind == "jpki" and path.pkix_len != 1:  # this CA signs holders only
        standing.reasons.append("issuer-unknown")
        return standing
    standing.trusted = kind
    await _revocation(certificate, path, anchors, evidence, inside, standing)
    return standing


async def timestamp_time(
    data: Any, imprint: Any, evidence: Evidence, given: Sequence[bytes]
) -> tuple[bool | None, datetime | None]:
    """Whether a timestamp token (RFC 3161) is intact (None: it lacks the certificate to check it with), and its time if
    a given anchor vouches for its issuer."""
    if not data["certificates"]:
        return None, None
    context = ValidationContext(
        trust_roots=_loaded(given), other_certs=evidence.certificates, allow_fetching=False, revocation_mode="soft-fail"
    )
    try:
        result = await validate_tst_signed_data(data, context, imprint)
    except MemoryError:
        raise
    except Exception:
        return False, None
    intact = bool(result["intact"] and result["valid"])
    vouched = result.get("trust_problem_indic") is None and result.get("validation_path") is not None
    return intact, result["timestamp"] if intact and vouched else None


async def _timestamps(
    signature: EmbeddedPdfSignature, evidence: Evidence, given: Sequence[bytes], standing: Standing
) -> None:
    for token in extract_tst_data_iter(signature.signer_info, signed=False):
        intact, time = await timestamp_time(token, message_imprint_checker(signature.signer_info), evidence, given)
        if intact is False:
            standing.reasons.append("timestamp-invalid")
            continue
        standing.timestamped |= bool(intact)
        if time is None:
            standing.reasons.append("timestamp-issuer-unknown")
        elif standing.proven_time is None or time < standing.proven_time:
            standing.proven_time = time


async def _revocation(
    certificate: x509.Certificate,
    path: Any,
    anchors: Sequence[trust.Anchor],
    evidence: Evidence,
    moment: datetime,
    standing: Standing,
) -> None:
    if path.pkix_len == 0 or not evidence.speaks_of(certificate):
        return
    try:
        validated = await _path(certificate, anchors, evidence, moment, revocation="require", raises=True)
        standing.revocation = "good" if validated is not None else "unknown"
    except RevokedError:
        standing.revocation = "revoked"
        standing.reasons.append("certificate-revoked")


async def _path(
    certificate: x509.Certificate,
    anchors: Sequence[trust.Anchor],
    evidence: Evidence,
    moment: datetime,
    *,
    revocation: str = "soft-fail",
    raises: bool = False,
) -> Any:
    """A valid path at `moment`, or None. Without `raises`, revocation data is left out of account."""
    context = ValidationContext(
        trust_roots=_loaded(anchor.certificate for anchor in anchors),
        other_certs=evidence.certificates,
        moment=moment,
        allow_fetching=False,
        crls=evidence.crls if raises else None,
        ocsps=evidence.ocsps if raises else None,
        revocation_mode=revocation,
        # data is collected after signing: what says "good" later was good then
        retroactive_revinfo=True,
    )
    try:
        return await find_valid_path(
            certificate, context.path_builder.async_build_paths_lazy(certificate), validation_context=context
        )
    except (ExpiredError, NotYetValidError):
        return None
    except RevokedError:
        if raises:
            raise
        return None
    except MemoryError:
        raise
    except Exception:
        return None


def _loaded(certificates: Iterable[bytes]) -> list[x509.Certificate]:
    return [x509.Certificate.load(certificate) for certificate in certificates]
