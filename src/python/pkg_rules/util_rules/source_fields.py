"""The fields of targets that hold sources with imports, under the names of the running Pants."""

from __future__ import annotations

from pants.backend.javascript import target_types as javascript

from pkg_rules.typescript_target_types import TypeScriptDependenciesField, TypeScriptSourceField

# Newer Pants has common parents of what it knows of JavaScript, TypeScript and JSX.
JavaScriptSourceField = getattr(javascript, "JSRuntimeSourceField", javascript.JSSourceField)
JavaScriptDependenciesField = getattr(
    javascript, "JSRuntimeDependenciesField", javascript.JSDependenciesField
)
SOURCE_FIELDS = (JavaScriptSourceField, TypeScriptSourceField)
DEPENDENCIES_FIELDS = (JavaScriptDependenciesField, TypeScriptDependenciesField)
