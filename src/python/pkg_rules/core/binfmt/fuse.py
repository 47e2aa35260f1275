"""The switch inside a Node.js executable that says whether it holds a single executable application."""

from __future__ import annotations

# Split, so that nothing that embeds this text holds the switch itself.
FUSE = b"NODE_SEA_FUSE_" + b"fce680ab2cc467b6e072b8b5df1996b2"
FUSE_OFF = FUSE + b":0"
FUSE_ON = FUSE + b":1"
