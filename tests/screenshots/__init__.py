"""Pictures of every screen: for people to look at, and for tests to check."""
