"""Use cases: one function, one transaction. They are given `now` and fresh ids."""
