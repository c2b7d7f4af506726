"""SVG as safe markup: elements, numbers, and text wrapped by the width of its characters."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

Child = str | Markup


def tag(name: str, *children: Child, **attributes: object) -> Markup:
    """Return an element; ``class_`` and ``stroke_width`` become class and stroke-width.

    Everything is escaped. An attribute of None is left out. There is no style attribute: the
    content policy would refuse it.
    """
    assert "style" not in attributes
    written = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), number(value))
        for key, value in attributes.items()
        if value is not None
    )
    inside = Markup("").join(escape(child) for child in children)
    return Markup("<{}{}>{}</{}>").format(Markup(name), written, inside, Markup(name))


def number(value: object) -> str:
    """Return a figure as SVG wants it, with at most two decimals; other values as text."""
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return str(value)


def points(pairs: Iterable[tuple[float, float]]) -> str:
    """Return points as a polyline's attribute."""
    return " ".join(f"{number(float(x))},{number(float(y))}" for x, y in pairs)


def picture(
    *children: Child,
    box: tuple[float, float, float, float],
    title: str,
    told: str,
    css: str = "",
    scale: float = 1.0,
    role: str = "img",
) -> Markup:
    """Return the whole picture: ``title`` names it, ``told`` says in words what it shows.

    A picture with links in it is a "group"; an "img" hides what is inside from a screen reader.
    """
    x, y, width, height = box
    return tag(
        "svg",
        tag("title", title),
        tag("desc", told),
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"{number(x)} {number(y)} {number(width)} {number(height)}",
        width=width * scale,
        height=height * scale,
        class_=css or None,
        role=role,
        aria_label=f"{title}。{told}" if told else title,
        focusable="false",
    )


def text(
    said: str, x: float, y: float, *, css: str = "", anchor: str = "middle", wide: float = 0
) -> Markup:
    """Return text centred on (x, y); ``wide`` (in characters) wraps it to at most three lines."""
    lines = wrap(said, wide, lines=3) if wide else [said]
    first = y - (len(lines) - 1) * 7.5
    spans = [
        tag("tspan", line, x=x, y=first + place * 15.0) for place, line in enumerate(lines) if line
    ]
    return tag("text", *spans, class_=css or None, text_anchor=anchor, dominant_baseline="central")


def breadth(said: str) -> float:
    """Return the width of a text in Chinese characters; a Latin letter is a little over half."""
    return sum(1.0 if ord(each) > 0x2E80 else 0.56 for each in said)


def wrap(said: str, wide: float, *, lines: int) -> list[str]:
    """Return a text in lines of at most ``wide`` characters, breaking Latin words at blanks.

    What does not fit ends with an ellipsis; lines are made about equally long.
    """
    whole = breadth(said)
    count = min(lines, max(1, -(-int(whole * 100) // max(1, int(wide * 100)))))
    target = min(wide, max(whole / count + 0.5, 1.0)) if count > 1 else wide
    kept = _broken(said, target)
    if len(kept) > lines:
        # Long words make equal lines too short.
        kept = _broken(said, wide)
    if len(kept) > lines:
        kept = [*kept[: lines - 1], kept[lines - 1][:-1] + "…"]
    return kept


def _broken(said: str, wide: float) -> list[str]:
    broken: list[str] = [""]
    for piece in _pieces(said):
        if broken[-1] and breadth(broken[-1] + piece.rstrip()) > wide:
            broken.append("")
        broken[-1] += piece if broken[-1] else piece.lstrip()
    return [line.strip() for line in broken]


def _pieces(said: str) -> Iterable[str]:
    word = ""
    for each in said:
        if ord(each) > 0x2E80:
            if word:
                yield word
                word = ""
            yield each
        elif each == " ":
            yield word + each
            word = ""
        else:
            word += each
    if word:
        yield word
