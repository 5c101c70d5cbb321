"""Notion: the catalogue as pages, and what people make of them."""
