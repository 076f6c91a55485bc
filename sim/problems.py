"""Bad input: every problem found, told at once."""

import difflib
from collections.abc import Iterable


class BadInput(Exception):
    """Input that cannot be used. `problems` holds one line each; the message lists them all."""

    def __init__(self, problems: Iterable[str], title: str = "bad input"):
        self.problems = list(dict.fromkeys(problems))
        count = len(self.problems)
        head = f"{title}: {count} problem{'s' if count != 1 else ''}"
        super().__init__("\n".join([head, *(f"  - {p}" for p in self.problems)]))


def nearest(name: str, valid: Iterable[str]) -> str:
    """A hint for a mistyped name: the nearest valid ones, or the whole short list."""
    names = [str(v) for v in valid]
    best = difflib.get_close_matches(str(name), names, n=3, cutoff=0.5)
    if best:
        return "nearest: " + ", ".join(best)
    if len(names) <= 12:
        return "valid: " + ", ".join(names)
    return f"{len(names)} valid names, such as " + ", ".join(names[:5])
