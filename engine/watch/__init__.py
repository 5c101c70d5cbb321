"""The standing watch: it looks again when something may have changed, and never trusts a notice."""
