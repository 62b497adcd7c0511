"""Random identifiers."""

from __future__ import annotations

from uuid import UUID

from synerise_client.session.state import new_uuid


def test_new_uuids_are_of_version_four_and_differ() -> None:
    found = {new_uuid() for _ in range(300)}
    assert len(found) == 300
    for each in found:
        uuid = UUID(each)
        assert (str(uuid), uuid.version) == (each, 4)
        assert uuid.variant == "specified in RFC 4122"
    assert {each[19] for each in found} == set("89ab")
