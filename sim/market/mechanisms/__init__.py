"""The mechanisms of the week, one file each; a file here with `MECHANISM` is found by itself."""
