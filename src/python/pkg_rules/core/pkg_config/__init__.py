"""The `pkg` block of a package.json and its relatives `.pkgrc` and `pkg.config.*`: where it is, what it says, what it means."""
