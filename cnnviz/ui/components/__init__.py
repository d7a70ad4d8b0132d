"""Own components: each a folder with its Python wrapper, script and style sheet."""
