"""TypeScript sources, for versions of Pants that have no target types of their own for them."""

from __future__ import annotations

from typing import Iterable

from pants.engine.target import (
    COMMON_TARGET_FIELDS,
    Dependencies,
    MultipleSourcesField,
    OverridesField,
    SingleSourceField,
    Target,
    TargetFilesGenerator,
    generate_file_based_overrides_field_help_message,
    generate_multiple_sources_field_help_message,
)
from pants.util.strutil import help_text

try:
    from pants.backend.typescript.target_types import (  # type: ignore[import]
        TypeScriptDependenciesField,
        TypeScriptSourceField,
    )

    PANTS_HAS_TYPESCRIPT = True
except ImportError:
    PANTS_HAS_TYPESCRIPT = False

    TYPESCRIPT_FILE_EXTENSIONS = (".ts", ".mts", ".cts", ".tsx", ".jsx")

    class TypeScriptDependenciesField(Dependencies):
        pass

    class TypeScriptSourceField(SingleSourceField):
        expected_file_extensions = TYPESCRIPT_FILE_EXTENSIONS

    class TypeScriptSourceTarget(Target):
        alias = "typescript_source"
        core_fields = (*COMMON_TARGET_FIELDS, TypeScriptDependenciesField, TypeScriptSourceField)
        help = "A single TypeScript source file."

    class TypeScriptSourcesOverridesField(OverridesField):
        help = generate_file_based_overrides_field_help_message(
            TypeScriptSourceTarget.alias,
            """
            overrides={
                "foo.ts": {"dependencies": [":templates"]},
            }
            """,
        )

    class TypeScriptGeneratorSourcesField(MultipleSourcesField):
        default = ("*.ts", "*.mts", "*.cts")
        expected_file_extensions = TYPESCRIPT_FILE_EXTENSIONS
        help = generate_multiple_sources_field_help_message(
            "Example: `sources=['utils.ts', 'subdir/*.ts', '!ignore_me.ts']`"
        )

    class TypeScriptSourcesTarget(TargetFilesGenerator):
        alias = "typescript_sources"
        core_fields = (
            *COMMON_TARGET_FIELDS,
            TypeScriptGeneratorSourcesField,
            TypeScriptSourcesOverridesField,
        )
        generated_target_cls = TypeScriptSourceTarget
        copied_fields = COMMON_TARGET_FIELDS
        moved_fields = (TypeScriptDependenciesField,)
        help = help_text(
            """
            Generate a `typescript_source` target for each file in the `sources` field.

            Node.js runs TypeScript that it can strip of its types; for everything else let a `node_build_script` compile
            or bundle the sources and name its output as the entry point.
            """
        )


def target_types() -> Iterable[type[Target]]:
    return [] if PANTS_HAS_TYPESCRIPT else [TypeScriptSourceTarget, TypeScriptSourcesTarget]
