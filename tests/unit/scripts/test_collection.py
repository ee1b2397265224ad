"""What each worker of the suite collects must be the same, or none of it runs."""

import pytest


def test_no_id_of_a_test_holds_bytes(request):
    told = [
        item.nodeid
        for item in request.session.items
        if hasattr(item, "callspec")
        for value in item.callspec.params.values()
        if isinstance(value, bytes) and len(value) > 3 and ascii(value)[2:-1] in item.nodeid
    ]
    assert not told


@pytest.mark.parametrize("value", [b"\x1f\x8bpacked"])
def test_bytes_are_named_by_what_they_are(request, value):
    assert isinstance(value, bytes)
    assert request.node.name.endswith("[bytes]")
