"""Members: who they are, their cards and households, and what is theirs to ask for."""
