"""What a caller may do, and which role of the staff has which right.

A key of a till or an e-shop carries its rights by name (its scopes); a member of the staff has
those of the role. Routes ask for one right and never for a role.
"""

from enum import StrEnum


class Right(StrEnum):
    """One thing that may be allowed; its value is the scope's name on the wire."""

    MEMBERS = "members"
    """Find, read and add members, their accounts and cards."""
    SALES = "sales"
    """Quote and record sales, returns and voids."""
    SIMULATE = "simulate"
    """Ask what a cart would earn, for nobody in particular: the one scope for an e-shop's pages."""
    VOUCHERS = "vouchers"
    """Look at vouchers and take them."""
    GIFTS = "gifts"
    """Take a gift for a member."""
    ADJUST = "adjust"
    """Add or remove points by hand, merge members, change what a member may do."""
    APPROVE = "approve"
    """Be the second person who approves what is above a limit."""
    CATALOGUE = "catalogue"
    """Change products, price books, gifts and stock."""
    PROGRAMS = "programs"
    """Draft programs and campaigns, and replay them on past sales."""
    PUBLISH = "publish"
    """Put a program or a campaign in force."""
    IMPORT = "import"
    """Bring balances and members in from files."""
    EXPORT = "export"
    """Take personal data or accounts out in files."""
    REPORTS = "reports"
    """Read reports, liability and clearing statements."""
    PRIVACY = "privacy"
    """Export or erase a person."""
    TERMINALS = "terminals"
    """Register, pause and revoke kiosks and tills."""
    SETTINGS = "settings"
    """Change stores, messages, webhooks and settings."""
    STAFF = "staff"
    """Add staff, give roles, read the audit log."""


class Role(StrEnum):
    """What somebody of the staff is for."""

    CASHIER = "cashier"
    MANAGER = "manager"
    OWNER = "owner"


_COUNTER = frozenset({Right.MEMBERS, Right.SALES, Right.VOUCHERS, Right.GIFTS})
_OWNERS_ONLY = frozenset({Right.PUBLISH, Right.STAFF, Right.SETTINGS})

RIGHTS_OF: dict[Role, frozenset[Right]] = {
    Role.CASHIER: _COUNTER,
    Role.MANAGER: frozenset(Right) - _OWNERS_ONLY,
    Role.OWNER: frozenset(Right),
}
"""The rights of each role: a cashier works the counter, a manager runs the shop day by day, and
only an owner changes the rules, the staff and the settings."""

AT_A_KIOSK = frozenset({Right.MEMBERS, Right.VOUCHERS, Right.GIFTS, Right.ADJUST})
"""What a PIN typed at a kiosk is good for, whatever the role of its owner."""

FOR_PEOPLE = frozenset(
    {
        Right.APPROVE,
        Right.PROGRAMS,
        Right.PUBLISH,
        Right.TERMINALS,
        Right.SETTINGS,
        Right.STAFF,
    }
)
"""What no key may carry: a key that leaks must not change the rules or let others in."""

FOR_KEYS = frozenset(Right) - FOR_PEOPLE
"""The scopes that a till, an e-shop or another program may be given."""
