"""`python -m valvomo`."""

from valvomo.cli import main

main()
