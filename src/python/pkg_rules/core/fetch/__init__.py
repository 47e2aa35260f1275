"""Downloads what the lock file pins, with the configuration of the registries' own clients. Standard library only."""
