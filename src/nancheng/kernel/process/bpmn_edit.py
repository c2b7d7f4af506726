"""Small changes to a file of which every other byte stays as it was.

Elements are found by a parser that tells where in the file each start tag begins; only the text of
that one tag is touched. Quotes, spaces, order, comments and the namespaces of other tools are not
written anew, so a comparison of the two files shows the change and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from nancheng.kernel.process.bpmn_nodes import BPMN, NC

_ATTRIBUTE = re.compile(r"""\s+([^\s=/>"']+)\s*=\s*("[^"]*"|'[^']*')""")
_NAME_END = re.compile(r"<[^\s/>]+")
_OURS = NC.strip("{}")
_PREFIX = "nc"

Spelled = Callable[[str], str]


@dataclass(slots=True)
class Places:
    """Where start tags begin, by the id of a BPMN element, and our prefix there ("": none)."""

    starts: dict[str, int] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)


def places(data: bytes) -> Places:
    """Find the start tags of a text that was parsed before, in UTF-8 (see ``bpmn.written``)."""
    found = Places()
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.buffer_text = True
    bound: list[tuple[str, str]] = []

    def bind(prefix: str | None, uri: str) -> None:
        bound.append((prefix or "", uri))

    def unbind(_prefix: str | None) -> None:
        bound.pop()

    def start(name: str, attributes: Mapping[str, str]) -> None:
        identity = attributes.get("id")
        if identity and name.startswith(BPMN.strip("{}")) and identity not in found.starts:
            found.starts[identity] = parser.CurrentByteIndex
            found.prefixes[identity] = _our_prefix(bound)

    parser.StartNamespaceDeclHandler = bind
    parser.EndNamespaceDeclHandler = unbind
    parser.StartElementHandler = start
    parser.Parse(data, True)  # noqa: FBT003 -- expat's own name for "this is all of it"
    return found


def _our_prefix(bound: list[tuple[str, str]]) -> str:
    """Return the innermost prefix that names our namespace and is not bound anew inside."""
    seen: set[str] = set()
    for prefix, uri in reversed(bound):
        if prefix not in seen and prefix and uri == _OURS:
            return prefix
        seen.add(prefix)
    return ""


def changed(
    data: bytes, at: int, changes: Mapping[str, str | None], *, prefix: str, spelled: Spelled = str
) -> bytes:
    """Return the text with attributes of the tag that begins at a byte set or (None) taken away.

    Names are BPMN's own, or ours after ``nc:``; ``prefix`` is what stands for ours there.
    ``spelled`` gives a value in the letters that the file can hold.
    """
    end = _tag_end(data, at)
    tag = data[at:end].decode("utf-8")
    for name, value in changes.items():
        written = name
        if name.startswith("nc:"):
            if not prefix and value is not None:
                tag = _added(tag, f"xmlns:{_PREFIX}", _OURS, spelled)
                prefix = _PREFIX
            written = f"{prefix}:{name.removeprefix('nc:')}"
        tag = _with(tag, written, value, spelled)
    return data[:at] + tag.encode("utf-8") + data[end:]


def _tag_end(data: bytes, at: int) -> int:
    quote = 0
    for index in range(at, len(data)):
        byte = data[index]
        if quote:
            quote = 0 if byte == quote else quote
        elif byte in b"\"'":
            quote = byte
        elif byte == ord(">"):
            return index + 1
    raise AssertionError(at)


def _with(tag: str, name: str, value: str | None, spelled: Spelled) -> str:
    for found in _ATTRIBUTE.finditer(tag):
        if found[1] == name:
            if value is None:
                return tag[: found.start()] + tag[found.end() :]
            return (
                tag[: found.start(2)] + spelled(_quoted(value, found[2][0])) + tag[found.end(2) :]
            )
    return tag if value is None else _added(tag, name, value, spelled)


def _added(tag: str, name: str, value: str, spelled: Spelled) -> str:
    """Put a new attribute after the last one."""
    last = max(
        (found.end() for found in _ATTRIBUTE.finditer(tag)),
        default=_name_end(tag),
    )
    quoted = spelled(_quoted(value, '"'))
    return f"{tag[:last]} {name}={quoted}{tag[last:]}"


def _name_end(tag: str) -> int:
    found = _NAME_END.match(tag)
    assert found, tag
    return found.end()


def _quoted(value: str, quote: str) -> str:
    escaped = value.replace("&", "&amp;").replace("<", "&lt;")
    escaped = escaped.replace(quote, "&quot;" if quote == '"' else "&apos;")
    for letter in "\t\n\r":
        escaped = escaped.replace(letter, f"&#{ord(letter)};")
    return quote + escaped + quote
