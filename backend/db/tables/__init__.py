"""The tables. The tenant comes first in every key and index, so rows can be spread by tenant.

What money-like truth needs is said here, not only in Python: one entry per fact, one position per
account, one reversal per entry, one welcome per member and program, one redemption per voucher.
"""

from backend.db.tables.base import (
    Instant,
    metadata,
)
from backend.db.tables.catalogue import (
    gift_holds,
    gift_stock,
    gifts,
    pictures,
    price_book_lines,
    price_books,
    products,
    stock_movements,
)
from backend.db.tables.counter import (
    point_uses,
    sale_acts,
)
from backend.db.tables.desk import (
    adjustment_sessions,
    adjustments,
    household_members,
    household_steps,
    households,
    links,
    merges,
    one_time_codes,
)
from backend.db.tables.feed import (
    alerts,
    changes,
    events_received,
)
from backend.db.tables.people import (
    card_types,
    cards,
    consents,
    member_sessions,
    members,
    segments,
)
from backend.db.tables.points import (
    accounts,
    daily_points,
    entries,
    redemption_abandons,
    sales,
    voucher_redemptions,
    vouchers,
)
from backend.db.tables.programs import (
    campaign_messages,
    program_batches,
    program_drafts,
    program_switches,
)
from backend.db.tables.shop import (
    api_keys,
    brands,
    claim_codes,
    programs,
    store_groups,
    stores,
    tenants,
    terminals,
)
from backend.db.tables.staff import (
    approvals,
    audit,
    staff,
    staff_links,
    staff_sessions,
)
from backend.db.tables.work import (
    import_rows,
    imports,
    job_runs,
    jobs,
    mail_templates,
    outbox,
    retention_notices,
    settings,
    statements,
    webhook_deliveries,
    webhooks,
)

__all__ = [
    "Instant",
    "accounts",
    "adjustment_sessions",
    "adjustments",
    "alerts",
    "api_keys",
    "approvals",
    "audit",
    "brands",
    "campaign_messages",
    "card_types",
    "cards",
    "changes",
    "claim_codes",
    "consents",
    "daily_points",
    "entries",
    "events_received",
    "gift_holds",
    "gift_stock",
    "gifts",
    "household_members",
    "household_steps",
    "households",
    "import_rows",
    "imports",
    "job_runs",
    "jobs",
    "links",
    "mail_templates",
    "member_sessions",
    "members",
    "merges",
    "metadata",
    "one_time_codes",
    "outbox",
    "pictures",
    "point_uses",
    "price_book_lines",
    "price_books",
    "products",
    "program_batches",
    "program_drafts",
    "program_switches",
    "programs",
    "redemption_abandons",
    "retention_notices",
    "sale_acts",
    "sales",
    "segments",
    "settings",
    "staff",
    "staff_links",
    "staff_sessions",
    "statements",
    "stock_movements",
    "store_groups",
    "stores",
    "tenants",
    "terminals",
    "voucher_redemptions",
    "vouchers",
    "webhook_deliveries",
    "webhooks",
]
