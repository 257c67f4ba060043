"""Keeping the house: jobs, copies, and books brought from elsewhere."""
