"""The command line: one file a family of commands, which read words and call the rest."""
