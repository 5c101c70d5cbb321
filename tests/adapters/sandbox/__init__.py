"""Stand-ins for services, over real HTTP."""
