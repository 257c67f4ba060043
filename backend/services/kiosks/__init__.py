"""Kiosks: what they tell, what they ask, and what they should hear."""
