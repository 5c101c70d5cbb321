"""The `sync` command: one module for each family of commands."""
