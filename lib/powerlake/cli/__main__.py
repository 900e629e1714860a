"""`python -m powerlake.cli`: the command line where its script is not on the path."""

from powerlake.cli.app import main

main()
