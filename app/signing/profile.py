"""The kinds of signature this program makes, as one frozen description each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile's published name, the /SubFilter it writes, and the bytes of CMS beside what its certificates bring."""

    name: str
    subfilter: str
    overhead: int


# measured: 300 bytes with SHA-256 (the demo card); the two digests in it grow by 64 with SHA-512
PADES_B_B = Profile("pades-b-b", "ETSI.CAdES.detached", 640)
PROFILES = {profile.name: profile for profile in (PADES_B_B,)}
