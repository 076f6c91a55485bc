"""How a government runs a stockpile, one file each. A file here with a class `Rule` is found by its name."""
