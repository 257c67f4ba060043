"""What the backend does: one function is one transaction, and the rules are the engine's."""
