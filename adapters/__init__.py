"""The outside, one service per file."""
