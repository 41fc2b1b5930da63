"""OpenSC's own driver for this card, written by others, judges the emulation through a real pcscd."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from box import Box
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from vcard import VirtualCard

from app.card.demo import AUTH_PASSWORD, SIGN_PASSWORD, Knobs

pytestmark = [
    pytest.mark.pcsc,
    pytest.mark.skipif(
        not all(map(shutil.which, ("opensc-tool", "pkcs15-tool", "pkcs11-tool", "openssl"))),
        reason="opensc or openssl is not installed",
    ),
]
Tool = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def tool(box: Box, tmp_path: Path) -> Tool:
    """Runs a program against the private pcscd; a home of its own, so that nothing is cached."""
    environment = {**os.environ, **box.environment, "HOME": str(tmp_path), "LC_ALL": "C"}

    def run(*words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            list(map(str, words)), capture_output=True, text=True, env=environment, cwd=tmp_path, check=False
        )

    return run


@pytest.mark.parametrize("atr", ["3BE000FF8131FE4514", "3B888001000000000081810009"], ids=["contact", "contactless"])
def test_it_is_recognised(tool: Tool, make_vcard: Callable[..., VirtualCard], atr: str) -> None:
    card = make_vcard(insert=False)
    card.atr = bytes.fromhex(atr)
    card.insert()
    assert tool("opensc-tool", "-n").stdout.strip() == "jpki"


def test_the_certificates_are_read(tool: Tool, vcard: VirtualCard, tmp_path: Path) -> None:
    identity = vcard.card.identity
    objects = tool("pkcs15-tool", "--list-certificates").stdout
    assert objects.count("X.509 Certificate") == 4
    expected = {"1": identity.auth.certificate, "3": identity.authority, "4": identity.authority}
    for number, certificate in expected.items():
        done = tool("pkcs15-tool", "--read-certificate", number)
        assert x509.load_pem_x509_certificate(done.stdout.encode()).public_bytes(Encoding.DER) == certificate


def test_the_signature_certificate_opens_with_the_password(tool: Tool, vcard: VirtualCard) -> None:
    done = tool("pkcs15-tool", "--read-certificate", "2", "--verify-pin", "--auth-id", "2", "--pin", SIGN_PASSWORD)
    text = done.stdout[done.stdout.index("-----BEGIN") :]
    expected = vcard.card.identity.sign.certificate
    assert x509.load_pem_x509_certificate(text.encode()).public_bytes(Encoding.DER) == expected


@pytest.mark.parametrize("digest", ["SHA256", "SHA512"])
@pytest.mark.parametrize("which", ["sign", "auth"])
def test_its_signatures_are_accepted(tool: Tool, vcard: VirtualCard, tmp_path: Path, which: str, digest: str) -> None:
    (tmp_path / "document").write_bytes(b"signed through PKCS#11")
    number, pin = {"sign": ("02", SIGN_PASSWORD), "auth": ("01", AUTH_PASSWORD)}[which]
    slot = {"sign": "1", "auth": "0"}[which]
    done = tool(
        *("pkcs11-tool", "--slot-index", slot, "--login", "--pin", pin, "--id", number, "--sign"),
        *("--mechanism", f"{digest}-RSA-PKCS", "--input-file", "document", "--output-file", "signature"),
    )
    assert done.returncode == 0, done.stderr
    credential = getattr(vcard.card.identity, which)
    (tmp_path / "certificate").write_bytes(
        x509.load_der_x509_certificate(credential.certificate).public_bytes(Encoding.PEM)
    )
    public = tool("openssl", "x509", "-in", "certificate", "-pubkey", "-noout").stdout
    (tmp_path / "public").write_text(public)
    verdict = tool("openssl", "dgst", f"-{digest.lower()}", "-verify", "public", "-signature", "signature", "document")
    assert verdict.stdout.strip() == "Verified OK"


def test_a_wrong_password_costs_one_try(tool: Tool, vcard: VirtualCard) -> None:
    done = tool("pkcs11-tool", "--slot-index", "1", "--login", "--pin", "WRONG999", "--list-objects")
    assert "CKR_PIN_INCORRECT" in done.stderr
    assert vcard.counts["VERIFY"] == 1
    assert vcard.trace[-1] != "VERIFY -> 9000"
    assert "VERIFY -> 63C4" in vcard.trace


def test_a_locked_password_is_seen_as_locked(tool: Tool, make_vcard: Callable[..., VirtualCard]) -> None:
    make_vcard(Knobs(sign_tries=0))
    assert "locked" in tool("pkcs11-tool", "--list-token-slots").stdout
