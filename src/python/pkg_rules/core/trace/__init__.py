"""Which files a program needs: the imports of a source, and what Node.js resolves them to."""
