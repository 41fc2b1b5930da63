"""The kinds of signature this program makes, as one frozen description each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile's published name, the /SubFilter it writes, and the bytes of CMS beside the certificates in it."""

    name: str
    subfilter: str
    overhead: int


# measured: 806 bytes around the two certificates of the demo card; JPKI's longer issuer stands in it twice
PADES_B_B = Profile("pades-b-b", "ETSI.CAdES.detached", 1536)
PROFILES = {profile.name: profile for profile in (PADES_B_B,)}
