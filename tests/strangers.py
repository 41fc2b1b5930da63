"""Other people's programs judge what we wrote: pdfsig, openssl, qpdf, poppler."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path


def pdfsig(file: Path) -> str:
    """What poppler's pdfsig says (its opinion on certificates is left out: it knows no root of ours)."""
    return subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=False).stdout


def qpdf_is_content(file: Path) -> bool:
    """Whether `qpdf --check` finds neither an error nor anything to warn of."""
    return subprocess.run(["qpdf", "--check", str(file)], capture_output=True, check=False).returncode == 0


def signature_parts(file: Path) -> tuple[bytes, bytes]:
    """(signed bytes, CMS) of the last signature, cut out by its ByteRange with nothing but regular expressions."""
    data = file.read_bytes()
    a, b, c, d = map(int, re.findall(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", data)[-1])
    raw = bytes.fromhex(data[a + b + 1 : c - 1].decode())
    length = int.from_bytes(raw[2:4], "big") + 4
    assert raw[:2] == b"\x30\x82"
    assert not any(raw[length:])
    return data[a : a + b] + data[c : c + d], raw[:length]


def openssl_accepts(file: Path, anchor: Path, folder: Path) -> bool:
    """`openssl cms -verify -cades` over the CMS and the bytes that it signs, with the issuer trusted."""
    signed, cms = signature_parts(file)
    (folder / "signed.bin").write_bytes(signed)
    (folder / "signature.der").write_bytes(cms)
    done = subprocess.run(
        ["openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", str(folder / "signature.der"),
         "-content", str(folder / "signed.bin"), "-CAfile", str(anchor), "-purpose", "any", "-out", "/dev/null"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode == 0
