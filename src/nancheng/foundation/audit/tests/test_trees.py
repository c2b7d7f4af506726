"""The hash tree: each leaf proves itself, and no other does."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from nancheng.foundation.audit import trees
from nancheng.foundation.audit.trees import Grown, Leaf

LEAVES = st.lists(
    st.builds(
        lambda number, since, more: Leaf(f"LN-2020-{number:06d}", since, since + more, "ab" * 32),
        st.integers(1, 9999),
        st.integers(0, 5),
        st.integers(1, 5),
    ),
    min_size=1,
    max_size=40,
)


def test_a_tree_of_three_is_what_the_standard_says() -> None:
    a, b, c = (hashlib.sha256(name).hexdigest() for name in (b"a", b"b", b"c"))
    assert trees.tree([a, b, c]) == trees.joint(trees.joint(a, b), c)
    assert trees.tree([a]) == a
    assert trees.tree([]) == ""


@given(LEAVES, st.data())
def test_each_leaf_climbs_to_the_tree_it_is_in(leaves: list[Leaf], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(leaves) - 1))
    hashes = [leaf.hash for leaf in leaves]
    steps = trees.path(hashes, place)
    assert trees.climb(hashes[place], steps) == trees.tree(hashes)
    other = Leaf(leaves[place].case, 0, 99, "cd" * 32)
    assert trees.climb(other.hash, steps) != trees.tree(hashes)


@given(LEAVES)
def test_growing_counts_what_it_adds(leaves: list[Leaf]) -> None:
    assert trees.grow(leaves) == Grown(
        trees.tree([leaf.hash for leaf in leaves]),
        len(leaves),
        sum(leaf.since == 0 for leaf in leaves),
        sum(leaf.seq - leaf.since for leaf in leaves),
    )


@given(LEAVES)
def test_another_order_is_another_tree(leaves: list[Leaf]) -> None:
    hashes = [leaf.hash for leaf in leaves]
    turned = hashes[::-1]
    assert (trees.tree(turned) == trees.tree(hashes)) == (turned == hashes)
