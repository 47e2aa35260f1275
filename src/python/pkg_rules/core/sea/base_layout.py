"""What is known about a prepared base since it was made, so that later steps need not search 100 MB again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class BaseLayout:
    """Offsets in the file: of the switch, of the application and its size, of the locator (-1 if it has none)."""

    fuse_offset: int
    application_offset: int
    application_size: int
    locator_offset: int
    size: int

    def render(self) -> str:
        return json.dumps(vars(self), indent=2, sort_keys=True) + "\n"

    @classmethod
    def read(cls, path: Path) -> BaseLayout:
        return cls(**json.loads(path.read_text("utf-8")))
