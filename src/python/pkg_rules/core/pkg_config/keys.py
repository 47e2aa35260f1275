"""The one table of the keys of a pkg configuration: reader, model and the guide to migrating are checked against it."""

from __future__ import annotations

from typing import Mapping

GLOBS = "a glob or a list of globs"
PATTERNS = "a pattern or a list of patterns"
NAMES = "a string with commas or a list of strings"
STRING = "a string"
BOOLEAN = "`true` or `false`"
ALGORITHM = "`None`, `Brotli`, `GZip` or `Zstd`"
PATCHES = "an object of file names, each with a list of pairs"
DICTIONARY = "an object of package names, each with an object"
DEPLOY_FILES = 'a list of `["from", "to"]` or `["from", "to", "directory"]`'
SETTINGS = "an object"
COMMAND = "a shell command, or a function in a `pkg.config.js`"
FUNCTION = "a function, which only a `pkg.config.js` can have"

# What the evaluation of a `pkg.config.js` writes where the configuration has a function, which JSON cannot have.
FUNCTION_MARK = "pkg_rules:function"

# Key to what its value has to be.
KEYS: Mapping[str, str] = {
    "scripts": GLOBS,
    "assets": GLOBS,
    "ignore": PATTERNS,
    "patches": PATCHES,
    "dictionary": DICTIONARY,
    "deployFiles": DEPLOY_FILES,
    "targets": NAMES,
    "outputPath": STRING,
    "options": NAMES,
    "compress": ALGORITHM,
    "sea": BOOLEAN,
    "debug": BOOLEAN,
    "bytecode": BOOLEAN,
    "nativeBuild": BOOLEAN,
    "signature": BOOLEAN,
    "fallbackToSource": BOOLEAN,
    "public": BOOLEAN,
    "publicPackages": NAMES,
    "noDictionary": NAMES,
    "seaConfig": SETTINGS,
    "preBuild": COMMAND,
    "postBuild": COMMAND,
    "transform": FUNCTION,
    "log": FUNCTION,
}

# Of an entry of `dictionary`; for the other keys pkg itself reads the top level only.
DICTIONARY_KEYS = ("scripts", "assets", "patches", "deployFiles", "log")

ALGORITHMS: Mapping[str, str] = {
    "none": "none",
    "brotli": "brotli",
    "br": "brotli",
    "gzip": "gzip",
    "gz": "gzip",
    "zstd": "zstd",
    "zs": "zstd",
}
