"""Looks into finished executables of any platform without running them (docs/guide/seeing-inside.md)."""
