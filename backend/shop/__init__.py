"""What an e-shop puts into its own pages: a script that tells points, and a cart to try it on."""

from backend.shop import pages

AREAS = (pages,)
"""Every file of pages."""
