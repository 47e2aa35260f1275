"""The fields of `node_executable` about the Node.js that it is made of."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from pants.engine.addresses import Address, UnparsedAddressInputs
from pants.engine.target import BoolField, InvalidFieldException, SpecialCasedDependencies
from pants.util.frozendict import FrozenDict
from pants.util.strutil import help_text

from pkg_rules.core.triples import TripleError, parse_triple


class NodeExecutableBaseBinariesField(SpecialCasedDependencies):
    alias = "base_binaries"
    value: FrozenDict[str, str]
    default = FrozenDict()
    help = help_text(
        """
        The `node_base_binary` to use instead of a pinned Node.js, for items of `targets`.

        A key means the items that ask for the same, however they are written: `linux-x64` and `node24-linux-x64` do if
        `node24` is the default. It counts as well for items of a pkg configuration and of an option. Keys that no item asks
        for mean nothing, so that `__defaults__` can name a base for all targets of a repository.

        Example: `base_binaries={"node24-alpine-x64": "//bases:musl"}`.
        """
    )

    @classmethod
    def compute_value(  # type: ignore[override]
        cls, raw_value: Optional[Mapping[str, str]], address: Address
    ) -> FrozenDict[str, str]:
        value: Any = cls.default if raw_value is None else raw_value
        if not isinstance(value, Mapping) or not all(
            isinstance(part, str) for pair in value.items() for part in pair
        ):
            raise InvalidFieldException(
                f"The `{cls.alias}` field of {address} is `{value!r}`, but it must be a dictionary of items of `targets` and "
                'addresses, e.g. `{"node24-alpine-x64": "//bases:musl"}`.'
            )
        for item in value:
            try:
                parse_triple(item)
            except TripleError as error:
                raise InvalidFieldException(
                    f"The `{cls.alias}` field of {address} cannot be used. {error}"
                ) from error
        return FrozenDict(value)

    def to_unparsed_address_inputs(self) -> UnparsedAddressInputs:
        return self.address_inputs(*self.value.values())

    def address_inputs(self, *addresses: str) -> UnparsedAddressInputs:
        return UnparsedAddressInputs(
            addresses,
            owning_address=self.address,
            description_of_origin=f"the `{self.alias}` field of {self.address}",
        )


class NodeExecutableStripBaseField(BoolField):
    alias = "strip_base"
    default = False
    help = help_text(
        """
        Whether the symbols and debugging information of Node.js itself are left out of executables for Linux, which makes
        them 15 to 30 MB smaller. The program runs as before, and traces of JavaScript are the same; what is missed are
        names of functions of Node.js and V8 in debuggers and profilers such as `gdb` and `perf`.

        It means nothing for executables of other platforms: on Windows the symbols are in a file of their own, and on macOS
        they stay.
        """
    )


BASE_BINARY_FIELDS = (NodeExecutableBaseBinariesField, NodeExecutableStripBaseField)
