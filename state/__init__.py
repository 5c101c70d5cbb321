"""What is known: events, the log that keeps them, read models. Imports nothing of the other layers."""
