"""The command line, `powerlake`. What it does is elsewhere; here are its options, its words and its exit codes."""

from powerlake.cli.app import main

__all__ = ["main"]
