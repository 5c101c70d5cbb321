"""Notion: reading and writing the catalogue's databases."""
