"""The back office: where a merchant without code runs the program, and looks after people.

`menu.py` lists its rooms; a room is one file of pages here, its templates in `templates/office/`.
"""

from backend.backoffice import door, first_run, home, me, password

AREAS = (door, first_run, password, home, me)
"""Every file of pages."""
