"""Stand-ins for the outside, for the demo and for the tests."""
