"""Figures: reports, the books of account, and what stores owe each other."""
