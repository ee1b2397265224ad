"""No small count is shown, and none follows from the total and the parts shown (P-17)."""

from hypothesis import example, given
from hypothesis import strategies as st

from plummer.expectations.report.small_cells import breakdown, shown

K = 11
PARTS = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3),
    st.one_of(st.integers(0, 12), st.integers(0, 60), st.integers(0, 10**6)),
    max_size=8,
)


@given(PARTS, st.frozensets(st.integers(0, 60)))
@example({"a": 1, "b": 11}, frozenset())
@example({"a": 1, "b": 1, "c": 500}, frozenset({500}))
@example(dict.fromkeys("abcdefghijk", 1), frozenset())
def test_no_small_count_is_shown_or_derivable(parts, known):
    found = breakdown(parts, K, known)
    assert list(found) == list(parts)
    assert all(count is None or count == 0 or count >= K for count in found.values())
    hidden = [label for label, count in found.items() if count is None]
    if not any(0 < count < K for count in parts.values()):
        assert hidden == []
        assert found == parts
    elif len(hidden) < len(parts):
        # an onlooker knows the total, so the sum of the hidden, and that none of them is 0
        rest = sum(parts.values()) - sum(count for count in found.values() if count)
        largest = rest - (len(hidden) - 1)
        assert len(hidden) > 1
        assert largest >= K - 1  # so every small value is possible for each of them
        assert not known & {parts[label] for label in hidden if parts[label] >= K}


@given(st.integers(0, 1000), st.integers(1, 50))
def test_a_count_by_itself(count, k):
    assert shown(count, k) == (None if 0 < count < k else count)
