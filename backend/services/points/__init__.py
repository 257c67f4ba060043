"""The books: entries, accounts, what died, what was given by hand, and why."""
