"""Spotify: what is on which playlist. Metadata only; no audio is ever fetched from it."""
