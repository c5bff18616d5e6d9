"""`python -m pelatis` is the command `pelatis`."""

from pelatis.cli import main

main()
