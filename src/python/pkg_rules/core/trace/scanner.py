"""Finds the imports and asset references of a JavaScript or TypeScript source, from its syntax tree.

tree-sitter parses (in C, and it recovers from syntax errors), a query picks the few nodes that matter, and this
module judges each by its surroundings. Comments, strings, regular expressions and templates therefore cannot be
mistaken for code.
"""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from typing import Any, Callable, Iterator, Sequence

import tree_sitter_javascript
import tree_sitter_typescript
from tree_sitter import Language, Node, Parser, Query

from pkg_rules.core.trace.literals import literal_value, path_of_url
from pkg_rules.core.trace.model import AssetReference, Import, ImportKind, ScannedFile
from pkg_rules.core.trace.syntax import (
    Surroundings,
    argument,
    call_of,
    has_type_keyword,
    identifiers,
    is_called,
    is_left_side,
    is_second_argument_of_url,
    last_name,
    names_this_file,
    parent_of,
    property_of,
    same_node,
    text_of,
)

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


class _Grammar:
    def __init__(self, language: Language, query: str) -> None:
        self.parser = Parser(language)
        self.captures = self._captures(language, query)

    @staticmethod
    def _captures(language: Language, text: str) -> Callable[[Node], dict[str, list[Node]]]:
        try:
            from tree_sitter import QueryCursor  # From 0.25, where a query has no `captures` any more.
        except ImportError:
            older: Any = language
            captures: Callable[[Node], dict[str, list[Node]]] = older.query(text).captures
            return captures
        query = Query(language, text)
        return lambda node: QueryCursor(query).captures(node)


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
            kind = ImportKind.TYPE if has_type_keyword(parent_of(node)) else ImportKind.IMPORT
            yield from self._import(parent_of(node), node, kind)
        for node in self._captures.get("import_require", ()):
            yield from self._import(parent_of(node), node, ImportKind.REQUIRE)
        for node in self._captures.get("dynamic", ()):
            call = parent_of(node)
            yield from self._import(call, argument(call), ImportKind.DYNAMIC_IMPORT)
        for node in self._captures.get("meta", ()):
            yield from self._meta(node)
        for node in self._captures.get("name", ()):
            name = text_of(node)
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
        parent = parent_of(node)
        if is_called(node):
            yield from self._import(parent, argument(parent), ImportKind.REQUIRE, text_of(node))
        elif property_of(parent, node) == b"resolve" and is_called(parent):
            call = parent_of(parent)
            # With `paths` it is looked for elsewhere, which cannot be known here.
            if argument(call, 1) is None:
                yield from self._import(
                    call, argument(call), ImportKind.REQUIRE_RESOLVE, text_of(node)
                )

    def _module_require(self, node: Node) -> Iterator[tuple[int, Any]]:
        parent = parent_of(node)
        if property_of(parent, node) == b"require" and is_called(parent):
            call = parent_of(parent)
            yield from self._import(call, argument(call), ImportKind.REQUIRE)

    def _create_require(self, node: Node) -> Iterator[tuple[int, Any]]:
        """`createRequire(import.meta.url)("x")`, and the calls of the name that it is assigned to."""
        callee = node
        call = call_of(callee)
        if call is None or not names_this_file(argument(call)):
            return
        user = parent_of(call)
        if user.type == "variable_declarator":
            name = user.child_by_field_name("name")
            if name is not None and name.type == "identifier" and text_of(name) != b"require":
                for identifier in identifiers(self._root, text_of(name)):
                    yield from self._required(identifier)
        else:
            yield from self._required(call)

    def _meta(self, node: Node) -> Iterator[tuple[int, Any]]:
        parent = parent_of(node)
        name = property_of(parent, node)
        if name == b"resolve" and is_called(parent):
            call = parent_of(parent)
            yield from self._import(call, argument(call), ImportKind.IMPORT_META_RESOLVE)
        elif name == b"url" and is_second_argument_of_url(parent):
            call = parent_of(parent_of(parent))
            path = path_of_url(literal_value(argument(call)))
            if path is not None:
                yield from self._asset(call, [path])
        elif name == b"dirname":
            yield from self._relative_to_directory(parent)

    def _relative_to_directory(self, node: Node) -> Iterator[tuple[int, Any]]:
        """`path.join(__dirname, "a", "b")`, `__dirname + "/a"` and `${__dirname}/a`."""
        parent = parent_of(node)
        if parent.type == "arguments" and same_node(argument(parent_of(parent)), node):
            function = last_name(parent_of(parent).child_by_field_name("function"))
            if function in (b"join", b"resolve"):
                parts = [literal_value(part) for part in parent.named_children[1:]]
                if function == b"join" or not any(part and part[0] == "/" for part in parts):
                    yield from self._asset(parent_of(parent), parts)
        elif parent.type == "binary_expression":
            if same_node(parent.child_by_field_name("left"), node) and not is_left_side(parent):
                yield from self._appended(parent, parent.child_by_field_name("right"))
        elif parent.type == "template_substitution":
            template = parent_of(parent)
            children = template.named_children
            if len(children) == 2 and same_node(children[0], parent) and not is_left_side(template):
                yield from self._appended(template, children[1])

    # Results

    def _import(
        self, node: Node, argument: Node | None, kind: ImportKind, function: bytes = b"require"
    ) -> Iterator[tuple[int, Any]]:
        specifier = literal_value(argument)
        if argument is None or not specifier or self._ignored(node):
            return
        surroundings = Surroundings(node, function)
        if surroundings.shadowed:
            return
        yield node.start_byte, Import(
            specifier=specifier,
            kind=ImportKind.TYPE if surroundings.in_type else kind,
            line=argument.start_point[0] + 1,
            optional=surroundings.caught,
            lazy=surroundings.in_function,
        )

    def _appended(self, node: Node, part: Node | None) -> Iterator[tuple[int, Any]]:
        text = literal_value(part)
        if text is not None and text.startswith("/"):
            yield from self._asset(node, [text])

    def _asset(self, node: Node, parts: Sequence[str | None]) -> Iterator[tuple[int, Any]]:
        names = [part for part in parts if part is not None]
        if not names or len(names) < len(parts) or self._ignored(node):
            return
        path = posixpath.normpath("/".join(name.strip("/") for name in names))
        if ":" not in path:
            optional = Surroundings(node, b"").caught
            yield node.start_byte, AssetReference(path, node.start_point[0] + 1, optional)

    def _ignored(self, node: Node) -> bool:
        if not self._lines:
            return False
        lines = self._lines[node.start_point[0] : node.end_point[0] + 1]
        return any(_NO_INFERENCE in line for line in lines)
