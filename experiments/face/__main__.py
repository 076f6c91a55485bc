"""`python -m chokepoint` is the command line, where the command `chokepoint` is not on the path."""

from chokepoint.experiments.cli import main

if __name__ == "__main__":
    main()
