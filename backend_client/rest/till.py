"""What a till asks."""

from collections.abc import Sequence

from backend_client.errors import (
    BackendNonsense,
)
from backend_client.rest.line import Client, segment
from backend_client.schemas.accounts import AccountSummary, LotsPage, LotState, MovementsPage
from backend_client.schemas.invitations import InvitationForReceipt, NewInvitation
from backend_client.schemas.members import MemberSearch, MembersPage
from backend_client.schemas.quotes import CartBody, QuoteAnswer, QuoteBody, SimulationAnswer
from backend_client.schemas.sales import (
    CreditNoteBody,
    ReturnBody,
    SaleAct,
    SaleActAnswer,
    SaleAnswer,
    SaleBody,
    SalesAnswer,
    SalesRequest,
    SaleView,
)
from backend_client.schemas.tills import (
    AccountAnswer,
    MemberFound,
    MemberQuery,
    TakenOfflineAnswer,
    TakenOfflineBody,
    TillSetup,
    VoucherAnswer,
    VoucherKey,
    VoucherRedemption,
)
from backend_client.schemas.uses import UseAnswer, UseBody, UseIssue
from backend_client.seals import PREFIX as SEALED
from loyalty.ledger import EntryKind
from loyalty.vouchers import parse


class TillClient(Client):
    """What a till asks. Safe to use from several threads.

    Each call raises a BackendError, or the LoyaltyError that the rules answered.
    """

    def find_member(self, query: MemberQuery) -> MemberFound:
        """The member of a card or an address. An unknown one is BackendRefused; EmailRefused."""
        return self._line.call("POST", "/members/find", MemberFound, query)

    def search(self, wanted: MemberSearch) -> MembersPage:
        """Members by phone, e-mail, card or the beginning of a name. EmailRefused."""
        return self._line.call("POST", "/members/search", MembersPage, wanted)

    def invite(self, receipt: NewInvitation) -> InvitationForReceipt:
        """What the receipt of a stranger says; nothing where the program invites nobody."""
        return self._line.call("POST", "/invitations", InvitationForReceipt, receipt)

    def setup(self) -> TillSetup:
        """Where the till stands, in which program, and what it can sell there."""
        return self._line.call("GET", "/till", TillSetup)

    def record_sale(self, sale: SaleBody) -> SaleAnswer:
        """What the sale earned; the same again when it is sent again. CurrencyMismatch."""
        return self._line.call("POST", "/sales", SaleAnswer, sale)

    def quote(self, quote: QuoteBody) -> QuoteAnswer:
        """What a sale would earn, and what the member may have now. CurrencyMismatch."""
        return self._line.call("POST", "/quotes", QuoteAnswer, quote)

    def simulate(self, cart: CartBody) -> SimulationAnswer:
        """What a cart would earn for anybody. CurrencyMismatch."""
        return self._line.call("POST", "/simulations", SimulationAnswer, cart)

    def record_sales(self, sales: Sequence[SaleBody]) -> SalesAnswer:
        """What became of each sale, in the same order; one that is refused holds up no other."""
        body = SalesRequest(sales=tuple(sales))
        answer = self._line.call("POST", "/sales/batch", SalesAnswer, body)
        if [result.sale for result in answer.results] != [sale.id for sale in body.sales]:
            raise BackendNonsense("the answers are not those to the sales that were sent")
        return answer

    def sale(self, sale: str) -> SaleView:
        """A sale as the books have it."""
        return self._line.call("GET", f"/sales/{segment(sale)}", SaleView)

    def void_sale(self, sale: str, act: SaleAct) -> SaleActAnswer:
        """The sale undone, with what was spent on it. NotEnoughPoints where debts are refused."""
        return self._line.call("POST", f"/sales/{segment(sale)}/void", SaleActAnswer, act)

    def restore_sale(self, sale: str, act: SaleAct) -> SaleActAnswer:
        """The void undone. NotEnoughPoints where what was spent is not there any more."""
        path = f"/sales/{segment(sale)}/restoration"
        return self._line.call("POST", path, SaleActAnswer, act)

    def release_sale(self, sale: str, act: SaleAct) -> SaleActAnswer:
        """What the sale's points waited for has happened: they can be spent."""
        return self._line.call("POST", f"/sales/{segment(sale)}/release", SaleActAnswer, act)

    def return_goods(self, sale: str, goods: ReturnBody) -> SaleActAnswer:
        """What the lines earned taken back. NotEnoughPoints where debts are refused."""
        return self._line.call("POST", f"/sales/{segment(sale)}/returns", SaleActAnswer, goods)

    def credit_note(self, note: CreditNoteBody) -> SaleActAnswer:
        """What money given back without a known sale takes. CurrencyMismatch, NotEnoughPoints."""
        return self._line.call("POST", "/credit-notes", SaleActAnswer, note)

    def use(self, use: UseBody) -> UseAnswer:
        """Points set aside. Raises NotEnoughPoints, RewardUnavailable or MemberLimit."""
        return self._line.call("POST", "/uses", UseAnswer, use)

    def issue_use(self, use: str, issue: UseIssue) -> UseAnswer:
        """The customer has what the points bought."""
        return self._line.call("POST", f"/uses/{segment(use)}/issue", UseAnswer, issue)

    def void_use(self, use: str) -> UseAnswer:
        """The points given back; once, however often it is asked."""
        return self._line.call("POST", f"/uses/{segment(use)}/void", UseAnswer)

    def account(self, member: str) -> AccountAnswer:
        """The member's account with every entry."""
        return self._line.call("GET", f"/accounts/{segment(member)}", AccountAnswer)

    def summary(self, member: str) -> AccountSummary:
        """Balance, worth, deadlines, what is pending, rewards and tier."""
        return self._line.call("GET", f"/accounts/{segment(member)}/summary", AccountSummary)

    def lots(
        self, member: str, state: LotState | None = None, *, cursor: str = "", limit: int = 50
    ) -> LotsPage:
        """Points as they were earned, newest first, and what is left of each."""
        query = {"cursor": cursor, "limit": str(limit)} | ({"state": state} if state else {})
        return self._line.call("GET", f"/accounts/{segment(member)}/lots", LotsPage, query=query)

    def movements(
        self, member: str, kind: EntryKind | None = None, *, cursor: str = "", limit: int = 50
    ) -> MovementsPage:
        """Every movement of points, newest first, with its ticket and why it is what it is."""
        query = {"cursor": cursor, "limit": str(limit)} | ({"kind": kind} if kind else {})
        path = f"/accounts/{segment(member)}/movements"
        return self._line.call("GET", path, MovementsPage, query=query)

    def voucher_key(self) -> VoucherKey:
        """The key with which sealed vouchers are checked without the network."""
        return self._line.call("GET", "/voucher-key", VoucherKey)

    def tell_taken(self, taken: TakenOfflineBody) -> TakenOfflineAnswer:
        """Vouchers that were taken without the network; none is refused, some are flagged."""
        return self._line.call("POST", "/vouchers-taken", TakenOfflineAnswer, taken)

    def voucher(self, code: str) -> VoucherAnswer:
        """The voucher and what it gives. Raises CodeMistyped or VoucherUnknown."""
        return self._line.call("GET", f"/vouchers/{_scanned(code)}", VoucherAnswer)

    def redeem(self, code: str, redemption: VoucherRedemption) -> VoucherAnswer:
        """The voucher taken. Raises the VoucherRefused leaf that says why not."""
        path = f"/vouchers/{_scanned(code)}/redemption"
        return self._line.call("POST", path, VoucherAnswer, redemption)


def _scanned(code: str) -> str:
    """The code for an address: a typed one looked through here, a sealed text as it is."""
    return segment(code.strip()) if code.strip().startswith(SEALED) else parse(code)
