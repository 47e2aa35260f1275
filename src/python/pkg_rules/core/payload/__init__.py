"""The payload: the read-only file tree that is appended to an executable (docs/formats/payload.md)."""
