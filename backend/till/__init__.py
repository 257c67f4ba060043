"""The loyalty till: a page that rings up sales as any till does, through the public API.

`pages.py` gives the page; what it does is in `static/till/`, and all it asks is under /v1, with the
session of whoever stands there. It keeps no accounts and takes no payment: it is no cash register.
"""

from backend.till import pages

AREAS = (pages,)
"""Every file of pages."""
