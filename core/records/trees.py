"""Records that stand in a tree, such as teams and territories, in the order in which a page lists them."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class TreeNode:
    """A record in its place in the tree.

    Attributes:
        record: the record.
        depth: how many stand above it.
        leader: the name of whoever leads it, or nothing.
        members: how many people belong to it.
    """

    record: Any
    depth: int
    leader: str
    members: int


def in_order(rows: Iterable[Any]) -> list[TreeNode]:
    """List records from the top down, each followed by those below it.

    Args:
        rows: each a record with a `parent_id`, its leader's name, and how many members it has; in the order of
            neighbours. What names a parent that isn't among them stands at the top.
    """
    known = list(rows)
    ids = {row[0].id for row in known}
    below: dict[uuid.UUID | None, list[Any]] = {}
    for row in known:
        parent = row[0].parent_id
        below.setdefault(parent if parent in ids else None, []).append(row)
    listed: list[TreeNode] = []

    def walk(parent: uuid.UUID | None, depth: int) -> None:
        for record, leader, number in below.get(parent, ()):
            listed.append(TreeNode(record, depth, leader or "", number or 0))
            walk(record.id, depth + 1)

    walk(None, 0)
    return listed
