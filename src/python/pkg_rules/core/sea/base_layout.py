"""What is known about a prepared base since it was made, so that later steps need not search 100 MB again."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class BaseLayout:
    """Offsets in the file: of the switch, of the application and its size, of the locator (-1 if it has none)."""

    fuse_offset: int
    application_offset: int
    application_size: int
    locator_offset: int
    size: int

    def moved(self, application_offset: int, size: int) -> BaseLayout:
        """Of the same executable with the application at another place, which the switch lies before."""
        locator = self.locator_offset
        return replace(
            self,
            application_offset=application_offset,
            locator_offset=locator if locator < 0 else locator + application_offset - self.application_offset,
            size=size,
        )

    def render(self) -> str:
        return json.dumps(vars(self), indent=2, sort_keys=True) + "\n"

    @classmethod
    def read(cls, path: Path) -> BaseLayout:
        return cls(**json.loads(path.read_text("utf-8")))
