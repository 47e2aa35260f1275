"""Single executable applications: puts one into a Node.js executable, and a payload behind it."""
