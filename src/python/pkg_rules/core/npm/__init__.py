"""What package.json, lock files and an installed `node_modules` say about third-party packages."""
