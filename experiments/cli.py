"""The command line: `chokepoint run 2010-embargo` and its companions, verb by verb in `commands/`.

Heavy packages are imported inside the verbs, so that `--help` and a shell's completion answer at once. Exit status: 0
done, 1 the model or a run fell short, 2 bad input.
"""

import json
import sys
from typing import Annotated

import typer

# Each of these files adds its verbs to `app`; in which group and order the help shows them is said in `groups.py`.
from chokepoint.experiments.commands import (  # noqa: F401
    acts,
    citations,
    docking,
    economics,
    evidence,
    fitting,
    page,
    rivals,
    runs,
    scenarios,
    studies,
    systems,
    trace,
    week,
)
from chokepoint.experiments.commands.shared import app


def _version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        print(f"chokepoint {version('chokepoint')}")
        raise typer.Exit


@app.callback()
def _main(
    debug: Annotated[bool, typer.Option("--debug", help="show the traceback of an error")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="show the version")
    ] = False,
) -> None:
    global _debug
    _debug = debug


_debug = False


def main() -> None:
    """Entry point: errors in the user's input end with one message and status 2."""
    from chokepoint.sim.scenario.problems import BadInput

    try:
        app(standalone_mode=True)
    except BadInput as error:
        if _debug:
            raise
        if "--json" in sys.argv:
            print(json.dumps({"error": "bad input", "problems": error.problems}))
        print(error, file=sys.stderr)
        sys.exit(2)
    except ArithmeticError as error:
        if _debug:
            raise
        print(f"the run failed: {error}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        if _debug or (error.filename is None and error.errno is None):
            raise
        print(f"stopped: {error}", file=sys.stderr)  # a full or read-only disk, a file that is gone
        sys.exit(1)


if __name__ == "__main__":
    main()
