"""The grammar of FEEL (DMN 1.3 §10.3.1.2): text in, tree out."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from nancheng.kernel.decisions import cursor as cursors
from nancheng.kernel.decisions import syntax, temporal, values
from nancheng.kernel.decisions.cursor import KEYWORDS, Cursor
from nancheng.kernel.decisions.lexer import FeelTooLargeError
from nancheng.kernel.decisions.syntax import Node
from nancheng.kernel.decisions.vocabulary import Pool, Vocabulary

POSTFIX_MAX = 48
CHAIN_MAX = 1_000
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")

# Ranks from loose to tight; "instance of" and unary minus bind tighter than all of them.
RANKS = {
    "or": 1, "and": 2, "between": 3, "in": 3, **dict.fromkeys(COMPARISONS, 3),
    "+": 4, "-": 4, "*": 5, "/": 5, "**": 6,
}  # fmt: skip


def expression(text: str, words: Vocabulary, *, functions: Pool) -> Node:
    """Return the tree of one expression; raise FeelSyntaxError.

    ``functions`` are the names of several words that the standard gives to functions.
    """
    return _whole(text, words, functions, _expression)


def unary_tests(text: str, words: Vocabulary, *, functions: Pool) -> syntax.Tests:
    """Return the tree of one cell of a decision table; raise FeelSyntaxError."""
    node = _whole(text, words, functions, _tests)
    assert isinstance(node, syntax.Tests)
    return node


def span(text: str, words: Vocabulary) -> Node:
    """Return the tree of a range alone, as ``range()`` reads it; raise FeelSyntaxError.

    Here an end may be missing (``[1..)``) and a comparison may stand for a range (``< 5``).
    """
    return _whole(text, words, words.names, _span)


def _span(cursor: Cursor) -> Node:
    if cursor.at(*COMPARISONS):
        return _against(cursor)
    opening = cursor.expect("[", "(", "]").text
    low = syntax.Literal(None) if cursor.at("..") else _binary(cursor, 4)
    cursor.expect("..")
    outer, cursor.range_end = cursor.range_end, True
    high = syntax.Literal(None) if cursor.at("]", ")", "[") else _binary(cursor, 4)
    cursor.range_end = outer
    closing = cursor.expect("]", ")", "[").text
    return syntax.RangeOf(low, high, opening == "[", closing == "]")


def _whole(text: str, words: Vocabulary, functions: Pool, rule: Callable[[Cursor], Node]) -> Node:
    cursor = Cursor(text, words)
    cursor.scopes.insert(0, functions)
    try:
        node = rule(cursor)
    except RecursionError:
        token = cursor.token
        raise FeelTooLargeError("nested too deeply", token.line, token.column) from None
    if cursor.token.kind != "end":
        raise cursor.error("expected an operator or the end")
    return node


def _expression(cursor: Cursor) -> Node:
    with cursor.nested():
        starter = STARTERS.get(cursor.token.text) if cursor.token.kind == "name" else None
        if starter is not None and not cursor.known_length():
            return starter(cursor)
        return _binary(cursor, 1)


def _binary(cursor: Cursor, rank: int) -> Node:
    left = _unary(cursor)
    for _ in range(CHAIN_MAX):
        token = cursor.token
        found = RANKS.get(token.text, 0) if token.kind in ("mark", "name") else 0
        if found < rank or not found:
            return left
        cursor.advance()
        if token.text == "in":
            left = syntax.In(left, _in_tests(cursor))
        elif token.text == "between":
            low = _binary(cursor, 4)
            cursor.expect("and")
            left = syntax.Between(left, low, _binary(cursor, 4))
        else:
            left = _combined(left, token.text, _binary(cursor, found + 1))
    raise FeelTooLargeError("too many operators", cursor.token.line, cursor.token.column)


def _combined(left: Node, operator: str, right: Node) -> Node:
    if operator in COMPARISONS:
        return syntax.Compare(operator, left, right)
    if operator == "and":
        parts = left.parts if isinstance(left, syntax.And) else (left,)
        return syntax.And((*parts, right))
    if operator == "or":
        parts = left.parts if isinstance(left, syntax.Or) else (left,)
        return syntax.Or((*parts, right))
    if isinstance(left, syntax.Arithmetic) and RANKS[left.rest[0][0]] == RANKS[operator]:
        return syntax.Arithmetic(left.first, (*left.rest, (operator, right)))
    return syntax.Arithmetic(left, ((operator, right),))


def _unary(cursor: Cursor) -> Node:
    signs = 0
    while cursor.accept("-"):
        signs += 1
    node = _postfix(cursor)
    while cursor.at("instance") and cursor.ahead().text == "of":
        cursor.advance()
        cursor.advance()
        node = syntax.InstanceOf(node, cursors.type_at(cursor))
    if not signs:
        return node
    if isinstance(node, syntax.Literal) and values.is_number(node.value):
        return syntax.Literal(values.negated(node.value)) if signs % 2 else node
    return syntax.Negate(node) if signs % 2 else syntax.Negate(syntax.Negate(node))


def _postfix(cursor: Cursor) -> Node:
    node = _primary(cursor)
    for _ in range(POSTFIX_MAX):
        if cursor.accept("."):
            node = syntax.Member(node, _member_name(cursor))
        elif cursor.accept("..."):
            node = syntax.Descendants(node, _member_name(cursor))
        elif cursor.at("[") and not cursor.range_end:
            node = _filter(cursor, node)
        elif cursor.at("(") and not isinstance(node, syntax.Literal | syntax.ListOf):
            node = _call(cursor, node)
        else:
            return node
    raise FeelTooLargeError("too long a path", cursor.token.line, cursor.token.column)


def _member_name(cursor: Cursor) -> str:
    count = cursor.words.members.match(cursor.tokens, cursor.position)
    if count:
        return cursor.take(count)
    if cursor.token.kind == "name" and cursor.token.text in KEYWORDS:
        return cursor.advance().text
    return cursor.free_name()


def _filter(cursor: Cursor, node: Node) -> Node:
    cursor.expect("[")
    with cursor.knowing_members():
        condition = _expression(cursor)
    cursor.expect("]")
    return syntax.Filter(node, condition)


def _call(cursor: Cursor, function: Node) -> Node:
    cursor.expect("(")
    names: list[str] = []
    arguments: list[Node] = []
    while not cursor.at(")"):
        if _named(cursor):
            names.append(cursor.name_before(":"))
            cursor.expect(":")
        arguments.append(_expression(cursor))
        if not cursor.accept(","):
            break
    cursor.expect(")")
    if names and (len(names) != len(arguments) or len(set(names)) != len(names)):
        raise cursor.error("arguments are given by position or by distinct names")
    return _folded(syntax.Call(function, tuple(arguments), tuple(names)))


def _named(cursor: Cursor) -> bool:
    count = 0
    while cursor.ahead(count).kind == "name":
        count += 1
    return count > 0 and cursor.ahead(count).text == ":"


def _folded(call: syntax.Call) -> Node:
    """Make ``date("2026-01-31")`` and its like constants, so that analyses can read them."""
    if not isinstance(call.function, syntax.Name) or call.names:
        return call
    given = [one.value for one in call.arguments if isinstance(one, syntax.Literal)]
    maker = temporal.MAKERS.get((call.function.text, tuple(map(values.kind, given))))
    if maker is None or len(given) != len(call.arguments):
        return call
    found = maker(*given)
    return call if found is None else syntax.Literal(found)


def _primary(cursor: Cursor) -> Node:
    token = cursor.token
    if token.kind == "number":
        cursor.advance()
        return syntax.Literal(_number(token.text))
    if token.kind == "string":
        cursor.advance()
        return syntax.Literal(token.text)
    if token.kind == "name":
        return _name(cursor)
    opener = OPENERS.get(token.text) if token.kind == "mark" else None
    if opener is None:
        raise cursor.error("expected a value")
    return opener(cursor)


def _number(text: str) -> values.Number | None:
    number = values.DECIMALS.create_decimal(text)
    if not number.is_finite():
        return None
    is_integer = "." not in text and "e" not in text.lower() and abs(number) < values.INTEGER_LIMIT
    return int(text) if is_integer else Decimal(number)


def _name(cursor: Cursor) -> Node:
    count = cursor.known_length()
    if count:
        return syntax.Name(cursor.take(count))
    text = cursor.token.text
    if text in CONSTANTS:
        cursor.advance()
        return syntax.Literal(CONSTANTS[text])
    if text in STARTERS:
        return _expression(cursor)
    return syntax.Name(cursor.free_name())


def _at_literal(cursor: Cursor) -> Node:
    cursor.expect("@")
    token = cursor.token
    if token.kind != "string":
        raise cursor.error("expected a string after @")
    found = temporal.any_of(token.text)
    cursor.advance()
    return syntax.Literal(found)


def _parenthesis(cursor: Cursor) -> Node:
    cursor.expect("(")
    if cursor.at(*COMPARISONS):
        node = _against(cursor)
        cursor.expect(")")
        return node
    node = _expression(cursor)
    if cursor.accept(".."):
        return _range_end(cursor, node, low_closed=False)
    cursor.expect(")")
    return node


def _bracket(cursor: Cursor) -> Node:
    cursor.expect("[")
    items: list[Node] = []
    while not cursor.at("]"):
        items.append(_test(cursor))
        if len(items) == 1 and cursor.accept(".."):
            return _range_end(cursor, items[0], low_closed=True)
        if not cursor.accept(","):
            break
    cursor.expect("]")
    return syntax.ListOf(tuple(items))


def _open_range(cursor: Cursor) -> Node:
    cursor.expect("]")
    low = _expression(cursor)
    cursor.expect("..")
    return _range_end(cursor, low, low_closed=False)


def _range_end(cursor: Cursor, low: Node, *, low_closed: bool) -> Node:
    outer, cursor.range_end = cursor.range_end, True
    high = _binary(cursor, 4)
    cursor.range_end = outer
    closing = cursor.expect("]", ")", "[")
    return syntax.RangeOf(low, high, low_closed, closing.text == "]")


def _context(cursor: Cursor) -> Node:
    cursor.expect("{")
    entries: list[tuple[str, Node]] = []
    names: list[str] = []
    while not cursor.at("}"):
        is_text = cursor.token.kind == "string"
        name = cursor.advance().text if is_text else cursor.name_before(":")
        cursor.expect(":")
        with cursor.knowing(names):
            entries.append((name, _expression(cursor)))
        names.append(name)
        if not cursor.accept(","):
            break
    cursor.expect("}")
    if len(set(names)) != len(names):
        raise cursor.error("expected distinct names in a context")
    return syntax.ContextOf(tuple(entries))


def _if(cursor: Cursor) -> Node:
    cursor.expect("if")
    condition = _expression(cursor)
    cursor.expect("then")
    chosen = _expression(cursor)
    cursor.expect("else")
    return syntax.If(condition, chosen, _expression(cursor))


def _for(cursor: Cursor) -> Node:
    cursor.expect("for")
    bindings = _bindings(cursor, "return")
    with cursor.knowing([binding.name for binding in bindings]):
        return syntax.For(bindings, _expression(cursor))


def _quantified(cursor: Cursor) -> Node:
    every = cursor.expect("some", "every").text == "every"
    bindings = _bindings(cursor, "satisfies")
    with cursor.knowing([binding.name for binding in bindings]):
        return syntax.Quantified(every, bindings, _expression(cursor))


def _bindings(cursor: Cursor, end: str) -> tuple[syntax.Binding, ...]:
    found: list[syntax.Binding] = []
    while True:
        name = cursor.name_before("in")
        cursor.expect("in")
        with cursor.knowing([binding.name for binding in found]):
            source = _expression(cursor)
            if cursor.accept(".."):
                source = syntax.Span(source, _expression(cursor))
        found.append(syntax.Binding(name, source))
        if not cursor.accept(","):
            break
    cursor.expect(end)
    return tuple(found)


def _definition(cursor: Cursor) -> Node:
    cursor.expect("function")
    cursor.expect("(")
    parameters = []
    while not cursor.at(")"):
        name = cursor.name_before(":", ",", ")")
        kind = cursors.type_at(cursor) if cursor.accept(":") else None
        parameters.append((name, kind))
        if not cursor.accept(","):
            break
    cursor.expect(")")
    with cursor.knowing([name for name, _ in parameters]):
        is_external = cursor.accept("external")
        body = _expression(cursor)
    return syntax.Definition(tuple(parameters), None if is_external else body)


def _in_tests(cursor: Cursor) -> tuple[Node, ...]:
    """Read what follows ``in``: one test, tests in parentheses, or a range that opens with one."""
    if not cursor.at("("):
        return (_against(cursor) if cursor.at(*COMPARISONS) else _binary(cursor, 4),)
    cursor.expect("(")
    tests = [_test(cursor)]
    if cursor.accept(".."):
        return (_range_end(cursor, tests[0], low_closed=False),)
    while cursor.accept(","):
        tests.append(_test(cursor))
    cursor.expect(")")
    return tuple(tests)


def _tests(cursor: Cursor) -> Node:
    if cursor.at("-") and cursor.ahead().kind == "end":
        cursor.advance()
        return syntax.Tests(())
    negated = _is_negated(cursor)
    if negated:
        cursor.advance()
        cursor.advance()
    tests = [_test(cursor)]
    while cursor.accept(","):
        tests.append(_test(cursor))
    if negated:
        cursor.expect(")")
    return syntax.Tests(tuple(tests), negated)


def _is_negated(cursor: Cursor) -> bool:
    """Say whether ``not(…)`` spans the whole cell; otherwise it is a function in an expression."""
    if not (cursor.at("not") and cursor.ahead().text == "("):
        return False
    depth = 0
    for index in range(cursor.position + 1, len(cursor.tokens)):
        token = cursor.tokens[index]
        if token.kind == "mark" and token.text in ("(", ")"):
            depth += 1 if token.text == "(" else -1
        if depth == 0:
            return cursor.tokens[index + 1].kind == "end"
    return False


def _test(cursor: Cursor) -> Node:
    return _against(cursor) if cursor.at(*COMPARISONS) else _expression(cursor)


def _against(cursor: Cursor) -> Node:
    operator = cursor.expect(*COMPARISONS).text
    return syntax.Against(operator, _binary(cursor, 4))


CONSTANTS = {"true": True, "false": False, "null": None}
STARTERS: dict[str, Callable[[Cursor], Node]] = {
    "if": _if,
    "for": _for,
    "some": _quantified,
    "every": _quantified,
    "function": _definition,
}
OPENERS: dict[str, Callable[[Cursor], Node]] = {
    "@": _at_literal,
    "(": _parenthesis,
    "[": _bracket,
    "]": _open_range,
    "{": _context,
}
