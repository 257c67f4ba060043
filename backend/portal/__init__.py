"""The customer's own pages, on their phone: joining, their account, their data.

A session of these pages opens one member's account and nothing of the shop's; what they show and do
is what `GET /v1/me` and its like answer an app.
"""

from backend.portal import account, address, data, door, join, stopping

AREAS = (join, account, data, address, door, stopping)
"""Every file of pages; the door last, for a link's own part of the address fits everything."""
