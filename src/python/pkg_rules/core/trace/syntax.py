"""Questions about nodes of a syntax tree and what surrounds them."""

from __future__ import annotations

import re
from typing import Iterator

from tree_sitter import Node

_FUNCTIONS = frozenset(
    {
        "arrow_function",
        "function_declaration",
        "function_expression",
        "generator_function",
        "generator_function_declaration",
        "method_definition",
    }
)
_TYPES = frozenset(
    {
        "implements_clause",
        "interface_declaration",
        "type_alias_declaration",
        "type_annotation",
        "type_arguments",
        "type_query",
    }
)


class Surroundings:
    """What the ancestors of a call say about it."""

    def __init__(self, node: Node, function: bytes) -> None:
        self.caught = has_rejection_handler(node)
        self.in_function = False
        self.in_type = False
        self.shadowed = False
        child, parent = node, node.parent
        while parent is not None:
            if parent.type in _FUNCTIONS:
                self.in_function = True
                self.shadowed = self.shadowed or has_parameter(parent, function)
            elif parent.type == "try_statement":
                # A function that is only made inside of `try` is mostly called outside of it.
                body = parent.child_by_field_name("body")
                if not self.in_function and same_node(body, child):
                    handled = parent.child_by_field_name("handler") is not None
                    self.caught = self.caught or handled
            elif parent.type in _TYPES:
                self.in_type = True
            elif parent.type == "unary_expression" and text_of(parent).startswith(b"typeof import"):
                # `f<typeof import("x")>(y)` reads like comparisons; of a promise nobody asks the type.
                self.in_type = True
            elif parent.type == "as_expression" and not same_node(parent.named_children[0], child):
                self.in_type = True
            child, parent = parent, parent.parent


def parent_of(node: Node) -> Node:
    """Of any node but the root, which is never what a query captures."""
    assert node.parent is not None, f"a `{node.type}` stands at the top of the tree"
    return node.parent


def text_of(node: Node) -> bytes:
    assert node.text is not None, "the parser was given the whole text"
    return node.text


def same_node(one: Node | None, other: Node | None) -> bool:
    return one is not None and other is not None and one.id == other.id


def argument(call: Node, index: int = 0) -> Node | None:
    arguments = call.child_by_field_name("arguments")
    if arguments is None:
        return None
    values = [child for child in arguments.named_children if child.type != "comment"]
    return values[index] if index < len(values) else None


def property_of(member: Node, of: Node) -> bytes | None:
    """`name` when `member` is `of.name`."""
    if member.type != "member_expression" or not same_node(member.child_by_field_name("object"), of):
        return None
    name = member.child_by_field_name("property")
    return None if name is None else name.text


def is_called(function: Node) -> bool:
    parent = parent_of(function)
    return parent.type == "call_expression" and same_node(
        parent.child_by_field_name("function"), function
    )


def call_of(name: Node) -> Node | None:
    """The call of `name` or of `anything.name`."""
    parent = parent_of(name)
    callee = parent if parent.type == "member_expression" else name
    return parent_of(callee) if is_called(callee) else None


def last_name(callee: Node | None) -> bytes | None:
    if callee is not None and callee.type == "member_expression":
        callee = callee.child_by_field_name("property")
    return None if callee is None else callee.text


def names_this_file(argument: Node | None) -> bool:
    return argument is not None and argument.text in (
        b"import.meta.url",
        b"import.meta.filename",
        b"__filename",
    )


def is_second_argument_of_url(node: Node) -> bool:
    arguments = parent_of(node)
    if arguments.type != "arguments":
        return False
    call = parent_of(arguments)
    constructor = call.child_by_field_name("constructor")
    return (
        constructor is not None
        and constructor.text == b"URL"
        and same_node(argument(call, 1), node)
    )


def is_left_side(node: Node) -> bool:
    """Whether something is appended to it: `node + x`."""
    parent = parent_of(node)
    return parent.type == "binary_expression" and same_node(
        parent.child_by_field_name("left"), node
    )


def has_type_keyword(statement: Node) -> bool:
    return any(child.type == "type" for child in statement.children[1:2])


def has_parameter(function: Node, name: bytes) -> bool:
    single = function.child_by_field_name("parameter")
    several = function.child_by_field_name("parameters")
    parameters = [single] if single is not None else several.named_children if several else []
    return any(_bound(parameter) == name for parameter in parameters)


def _bound(parameter: Node) -> bytes | None:
    """The name of a parameter, with or without a default; None for a pattern."""
    for field in ("left", "pattern"):
        parameter = parameter.child_by_field_name(field) or parameter
    return parameter.text if parameter.type == "identifier" else None


def has_rejection_handler(imported: Node) -> bool:
    """`import("x").catch(f)`, also after `.then(g)`, and `.then(g, f)`."""
    node = imported
    while parent_of(node).type == "member_expression":
        member = parent_of(node)
        if not is_called(member):
            return False
        name, call = property_of(member, node), parent_of(member)
        if name == b"catch" or (name == b"then" and argument(call, 1) is not None):
            return True
        node = call
    return False


def identifiers(root: Node, name: bytes) -> Iterator[Node]:
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type == "identifier" and node.text == name:
            yield node
        stack.extend(reversed(node.named_children))
