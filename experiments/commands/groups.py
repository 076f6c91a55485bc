"""The verbs of the command line in groups, in the order in which a newcomer would want them."""

from typing import Any

import typer.core

GROUPS = {
    "Run and look": ("episodes", "run", "serve", "show", "week", "describe", "report", "export"),
    "Ask": ("acts", "trace", "diff", "systems", "system"),
    "Believe": (
        "economics", "dock", "score", "rivals", "misfit", "claims", "ablate", "placebo", "tornado", "draws", "weigh",
        "calibrate", "leave-out", "recover", "elements", "swap", "cite",
    ),
    "Studies": ("studies", "paper", "sweep", "status", "resume", "extend", "retry-failed", "merge", "bundle"),
    "Make worlds": ("new", "validate"),
}  # fmt: skip
REST = "Others"  # a verb that stands in no group is shown all the same


class Verbs(typer.core.TyperGroup):
    """The verbs, shown group by group; without Rich, whose import would double the time that `--help` takes."""

    def grouped(self) -> dict[str, list[str]]:
        """The names of the verbs by their group; groups without a verb are left out."""
        groups = {title: [name for name in names if name in self.commands] for title, names in GROUPS.items()}
        known = {name for names in groups.values() for name in names}
        groups[REST] = [name for name in self.commands if name not in known]
        return {title: names for title, names in groups.items() if names}

    def list_commands(self, ctx: Any) -> list[str]:
        """The names in the order of the help, in which a shell offers them, too."""
        return [name for names in self.grouped().values() for name in names]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write a section a group, with all names in one column."""
        width = max(len(name) for name in self.commands)
        room = formatter.width - width - 4  # two blanks before a name, two behind
        for title, names in self.grouped().items():
            rows = [(name.ljust(width), self.commands[name].get_short_help_str(room)) for name in names]
            with formatter.section(title):
                formatter.write_dl(rows)
