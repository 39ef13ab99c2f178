"""`python -m icportal.cli` is the command `icportal`."""

from icportal.cli import main

main()
