"""The back office: where a merchant without code runs the program, and looks after people.

`menu.py` lists its rooms; a room is one file of pages here, its templates in `templates/office/`.
"""

from backend.backoffice import door, home

AREAS = (door, home)
"""Every file of pages."""
