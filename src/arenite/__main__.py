"""`python -m arenite`."""

from arenite.cli import main

if __name__ == "__main__":
    main()
