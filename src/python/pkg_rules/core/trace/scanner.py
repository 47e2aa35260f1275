"""Finds the imports and asset references of a JavaScript or TypeScript source, from its syntax tree.

tree-sitter parses (in C, and it recovers from syntax errors), a query picks the few nodes that matter, and this
module judges each by its surroundings. Comments, strings, regular expressions and templates therefore cannot be
mistaken for code.
"""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from typing import Any, Callable, Iterator

import tree_sitter_javascript
import tree_sitter_typescript
from tree_sitter import Language, Node, Parser, Query

from pkg_rules.core.trace.literals import literal_value
from pkg_rules.core.trace.model import AssetReference, Import, ImportKind, ScannedFile

SOURCE_EXTENSIONS = (".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx")

# A file without any of these words has nothing to find; looking for them is far cheaper than parsing.
_WORTH_PARSING = re.compile(rb"\b(?:require|import|export|createRequire|__dirname)\b")
_NO_INFERENCE = b"pants: no-infer-dep"

_JAVASCRIPT_QUERY = """
(import_statement source: (string) @source)
(export_statement source: (string) @source)
(call_expression function: (import) @dynamic)
(meta_property) @meta
((identifier) @name (#match? @name "^(require|module|createRequire|__dirname)$"))
((property_identifier) @name (#eq? @name "createRequire"))
"""
_TYPESCRIPT_QUERY = _JAVASCRIPT_QUERY + "(import_require_clause source: (string) @import_require)"

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


class _Grammar:
    def __init__(self, language: Language, query: str) -> None:
        self.parser = Parser(language)
        self.captures = self._captures(language, query)

    @staticmethod
    def _captures(language: Language, query: str) -> Callable[[Node], dict[str, list[Node]]]:
        try:
            from tree_sitter import QueryCursor  # From 0.25, where a query has no `captures` any more.
        except ImportError:
            return language.query(query).captures
        return lambda node: QueryCursor(Query(language, query)).captures(node)


@lru_cache(maxsize=None)
def _grammar(extension: str) -> _Grammar:
    if extension == ".tsx":
        return _Grammar(Language(tree_sitter_typescript.language_tsx()), _TYPESCRIPT_QUERY)
    if extension in (".ts", ".cts", ".mts"):
        return _Grammar(Language(tree_sitter_typescript.language_typescript()), _TYPESCRIPT_QUERY)
    return _Grammar(Language(tree_sitter_javascript.language()), _JAVASCRIPT_QUERY)


def is_source(path: str) -> bool:
    return path.endswith(SOURCE_EXTENSIONS)


def scan(path: str, content: bytes) -> ScannedFile:
    """The imports and asset references of a source, in the order of the file; only the extension of `path` counts."""
    if not _WORTH_PARSING.search(content):
        return ScannedFile()
    grammar = _grammar(posixpath.splitext(path)[1])
    tree = grammar.parser.parse(content)
    captures = grammar.captures(tree.root_node)
    found = sorted(_Scan(content, tree.root_node, captures).items(), key=lambda item: item[0])
    return ScannedFile(
        imports=tuple(dict.fromkeys(item for _, item in found if isinstance(item, Import))),
        assets=tuple(dict.fromkeys(item for _, item in found if isinstance(item, AssetReference))),
    )


class _Scan:
    def __init__(self, content: bytes, root: Node, captures: dict[str, list[Node]]) -> None:
        self._content = content
        self._lines = content.split(b"\n") if _NO_INFERENCE in content else []
        self._root = root
        self._captures = captures

    def items(self) -> Iterator[tuple[int, Any]]:
        for node in self._captures.get("source", ()):
            kind = ImportKind.TYPE if _has_type_keyword(node.parent) else ImportKind.IMPORT
            yield from self._import(node.parent, node, kind)
        for node in self._captures.get("import_require", ()):
            yield from self._import(node.parent, node, ImportKind.REQUIRE)
        for node in self._captures.get("dynamic", ()):
            yield from self._import(node.parent, _argument(node.parent), ImportKind.DYNAMIC_IMPORT)
        for node in self._captures.get("meta", ()):
            yield from self._meta(node)
        for node in self._captures.get("name", ()):
            name = node.text
            if name == b"require":
                yield from self._required(node)
            elif name == b"module":
                yield from self._module_require(node)
            elif name == b"createRequire":
                yield from self._create_require(node)
            else:
                yield from self._relative_to_directory(node)

    # What one captured node says

    def _required(self, node: Node) -> Iterator[tuple[int, Any]]:
        """`require(x)` and `require.resolve(x)`; `node` is the function's name, whatever it is called."""
        parent = node.parent
        if parent.type == "call_expression" and _is(parent.child_by_field_name("function"), node):
            yield from self._import(parent, _argument(parent), ImportKind.REQUIRE, node.text)
        elif _property(parent, node) == b"resolve" and _is_called(parent):
            call = parent.parent
            # With `paths` it is looked for elsewhere, which cannot be known here.
            if _argument(call, 1) is None:
                yield from self._import(
                    call, _argument(call), ImportKind.REQUIRE_RESOLVE, node.text
                )

    def _module_require(self, node: Node) -> Iterator[tuple[int, Any]]:
        if _property(node.parent, node) == b"require" and _is_called(node.parent):
            call = node.parent.parent
            yield from self._import(call, _argument(call), ImportKind.REQUIRE)

    def _create_require(self, node: Node) -> Iterator[tuple[int, Any]]:
        """`createRequire(import.meta.url)("x")`, and the calls of the name that it is assigned to."""
        callee = node
        call = _call_of(callee)
        if call is None or not _names_this_file(_argument(call)):
            return
        user = call.parent
        if user.type == "variable_declarator":
            name = user.child_by_field_name("name")
            if name is not None and name.type == "identifier" and name.text != b"require":
                for identifier in _identifiers(self._root, name.text):
                    yield from self._required(identifier)
        else:
            yield from self._required(call)

    def _meta(self, node: Node) -> Iterator[tuple[int, Any]]:
        parent = node.parent
        name = _property(parent, node)
        if name == b"resolve" and _is_called(parent):
            call = parent.parent
            yield from self._import(call, _argument(call), ImportKind.IMPORT_META_RESOLVE)
        elif name == b"url" and _is_second_argument_of_url(parent):
            yield from self._asset(parent.parent.parent, [_argument(parent.parent.parent)])
        elif name == b"dirname":
            yield from self._relative_to_directory(parent)

    def _relative_to_directory(self, node: Node) -> Iterator[tuple[int, Any]]:
        """`path.join(__dirname, "a", "b")`, `__dirname + "/a"` and `${__dirname}/a`."""
        parent = node.parent
        if parent.type == "arguments" and _is(_argument(parent.parent), node):
            if _last_name(parent.parent.child_by_field_name("function")) in (b"join", b"resolve"):
                yield from self._asset(parent.parent, parent.named_children[1:])
        elif parent.type == "binary_expression" and _is(parent.child_by_field_name("left"), node):
            yield from self._asset(parent, [parent.child_by_field_name("right")])
        elif parent.type == "template_substitution":
            template = parent.parent
            children = template.named_children
            if len(children) == 2 and _is(children[0], parent):
                yield from self._asset(template, [children[1]])

    # Results

    def _import(
        self, node: Node, argument: Node | None, kind: ImportKind, function: bytes = b"require"
    ) -> Iterator[tuple[int, Any]]:
        specifier = literal_value(argument)
        if argument is None or not specifier or self._ignored(node):
            return
        surroundings = _Surroundings(node, function)
        if surroundings.shadowed:
            return
        yield node.start_byte, Import(
            specifier=specifier,
            kind=ImportKind.TYPE if surroundings.in_type else kind,
            line=argument.start_point[0] + 1,
            optional=surroundings.caught,
            lazy=surroundings.in_function,
        )

    def _asset(self, node: Node, parts: list[Node | None]) -> Iterator[tuple[int, Any]]:
        values = [literal_value(part) for part in parts]
        if not values or self._ignored(node):
            return
        names = [value for value in values if value is not None]
        path = posixpath.normpath("/".join(name.strip("/") for name in names))
        if len(names) == len(values) and ":" not in path:
            yield node.start_byte, AssetReference(path, node.start_point[0] + 1)

    def _ignored(self, node: Node) -> bool:
        if not self._lines:
            return False
        lines = self._lines[node.start_point[0] : node.end_point[0] + 1]
        return any(_NO_INFERENCE in line for line in lines)


class _Surroundings:
    """What the ancestors of a call say about it."""

    def __init__(self, node: Node, function: bytes) -> None:
        self.caught = _has_rejection_handler(node)
        self.in_function = False
        self.in_type = False
        self.shadowed = False
        child, parent = node, node.parent
        while parent is not None:
            if parent.type in _FUNCTIONS:
                self.in_function = True
                self.shadowed = self.shadowed or _has_parameter(parent, function)
            elif parent.type == "try_statement":
                # A function that is only made inside of `try` is mostly called outside of it.
                if not self.in_function or not self._function_between(child, node):
                    body = parent.child_by_field_name("body")
                    handled = parent.child_by_field_name("handler") is not None
                    self.caught = self.caught or (handled and _is(body, child))
            elif parent.type in _TYPES:
                self.in_type = True
            elif parent.type == "unary_expression" and parent.text.startswith(b"typeof import"):
                # `f<typeof import("x")>(y)` reads like comparisons; of a promise nobody asks the type.
                self.in_type = True
            elif parent.type == "as_expression" and not _is(parent.named_children[0], child):
                self.in_type = True
            child, parent = parent, parent.parent

    @staticmethod
    def _function_between(outer: Node, inner: Node) -> bool:
        node = inner.parent
        while node is not None and not _is(node, outer):
            if node.type in _FUNCTIONS:
                return True
            node = node.parent
        return False


def _is(one: Node | None, other: Node | None) -> bool:
    return one is not None and other is not None and one.id == other.id


def _argument(call: Node, index: int = 0) -> Node | None:
    arguments = call.child_by_field_name("arguments")
    if arguments is None:
        return None
    values = [child for child in arguments.named_children if child.type != "comment"]
    return values[index] if index < len(values) else None


def _property(member: Node, of: Node) -> bytes | None:
    """`name` when `member` is `of.name`."""
    if member.type != "member_expression" or not _is(member.child_by_field_name("object"), of):
        return None
    name = member.child_by_field_name("property")
    return None if name is None else name.text


def _is_called(function: Node) -> bool:
    parent = function.parent
    return parent.type == "call_expression" and _is(
        parent.child_by_field_name("function"), function
    )


def _call_of(name: Node) -> Node | None:
    """The call of `name` or of `anything.name`."""
    callee = name.parent if name.parent.type == "member_expression" else name
    return callee.parent if callee.parent is not None and _is_called(callee) else None


def _last_name(callee: Node | None) -> bytes | None:
    if callee is not None and callee.type == "member_expression":
        callee = callee.child_by_field_name("property")
    return None if callee is None else callee.text


def _names_this_file(argument: Node | None) -> bool:
    return argument is not None and argument.text in (
        b"import.meta.url",
        b"import.meta.filename",
        b"__filename",
    )


def _is_second_argument_of_url(node: Node) -> bool:
    arguments = node.parent
    if arguments is None or arguments.type != "arguments":
        return False
    constructor = arguments.parent.child_by_field_name("constructor")
    return (
        constructor is not None
        and constructor.text == b"URL"
        and _is(_argument(arguments.parent, 1), node)
    )


def _has_type_keyword(statement: Node) -> bool:
    return any(child.type == "type" for child in statement.children[1:2])


def _has_parameter(function: Node, name: bytes) -> bool:
    parameters = function.child_by_field_name("parameters") or function.child_by_field_name(
        "parameter"
    )
    return parameters is not None and name in re.split(rb"[^\w$]+", parameters.text)


def _has_rejection_handler(call: Node) -> bool:
    """`import("x").catch(f)`, also after `.then(g)`, and `.then(g, f)`."""
    node = call
    while node.parent is not None and node.parent.type == "member_expression":
        member = node.parent
        if not _is_called(member):
            return False
        name = _property(member, node)
        if name == b"catch" or (name == b"then" and _argument(member.parent, 1) is not None):
            return True
        node = member.parent
    return False


def _identifiers(root: Node, name: bytes) -> Iterator[Node]:
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type == "identifier" and node.text == name:
            yield node
        stack.extend(reversed(node.named_children))
