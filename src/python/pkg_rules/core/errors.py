"""The root of all errors that a user of the plugin can cause, so that rules can add the target's address to them."""

from __future__ import annotations


class PkgRulesError(Exception):
    """Something in the user's input or surroundings is wrong; the message says what, where, why and what to do."""
