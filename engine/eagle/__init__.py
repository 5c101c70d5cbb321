"""Eagle: every track with a finished file has one item in its library, and keeps what people make
of it."""
