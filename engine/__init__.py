"""Brings the world in line with what is desired."""
