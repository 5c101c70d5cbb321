"""What is known: events, the log, read models. Imports nothing of the other layers."""
