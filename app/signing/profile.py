"""The kinds of signature this program makes, as one frozen description each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile's published name, the /SubFilter it writes and the bytes of CMS to make room for."""

    name: str
    subfilter: str
    reserve: int


# measured: 3.5-4 KB of CMS with a JPKI-shaped certificate (1.8 KB) and its CA (1.3 KB)
PADES_B_B = Profile("pades-b-b", "ETSI.CAdES.detached", 8192)
PROFILES = {profile.name: profile for profile in (PADES_B_B,)}
