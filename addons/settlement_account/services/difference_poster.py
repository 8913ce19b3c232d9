from collections import defaultdict

from ..planning import slices
from ..planning.accounts import MissingAccount
from ..planning.difference import (
    Difference,
    NotCovered,
    booked_lines,
    left_of_targets,
    plan_difference,
    share_of,
)
from .bookings import planning_tax
from .difference_reader import DifferenceReader
from .discount import Discount
from .errors import PostingError
from .slice_builder import Prepared, SliceBuilder

# Where the policy says that a kind of difference is booked.
ROLES = {"fee": "bank_fee", "rounding": "difference", "write_off": "difference"}


class DifferencePoster:
    """Books what matches settle beyond their money, once the money is in the ledger.

    One entry for each match, so that undoing the match takes back nothing else.
    """

    def __init__(self, env):
        self.env = env
        self.reader = DifferenceReader(env)
        self._builders = {}

    def post(self, match_ids):
        """Post the differences of these matches; return the postings.

        :raises PostingError: if an account is missing, or the tax is not certain.
        """
        groups = defaultdict(list)
        for match in self.reader.read(match_ids):
            wallet = self.env["settlement.wallet"].browse(match.wallet_id)
            builder = self._builder(wallet)
            groups[builder].append((match, self._prepared(builder, wallet, match)))
        postings = self.env["settlement.posting"]
        for builder, group in groups.items():
            prepared = [each for _match, each in group]
            new = postings._post_slices(builder, prepared)
            for posting, (match, _each) in zip(new, group, strict=True):
                posting.match_id = match.id
            postings |= new
        return postings

    def _builder(self, wallet):
        backend = wallet.backend_id
        if backend not in self._builders:
            self._builders[backend] = SliceBuilder(
                backend.with_company(backend.company_id)
            )
        return self._builders[backend]

    def _prepared(self, builder, wallet, match):
        plan = self._plan(builder, wallet, match, match.booked_on)
        has_tax = builder._asks_tax_lock(plan)
        day = builder.first_open_day(match.booked_on, has_tax)
        if day != match.booked_on:
            plan = self._plan(builder, wallet, match, day)
        return Prepared(
            wallet=wallet,
            batch=self.env["settlement.batch"],
            month=slices.month_of(match.booked_on),
            kind="difference",
            plan=plan,
            rows=(),
        )

    def _plan(self, builder, wallet, match, day):
        difference = Difference(
            match_id=match.id,
            transaction_id=match.sources[0].transaction_id,
            currency_id=match.currency_id,
            amount=match.minor,
            name=self.env._("Difference of %(document)s", document=match.name),
        )
        self._check_currency(match)
        booked = self._booked(builder, wallet, match, difference, day)
        try:
            return plan_difference(
                day, difference.name, difference, self._lefts(match), booked
            )
        except NotCovered as error:
            raise PostingError(
                "posting_failed",
                self.env._(
                    "%(document)s: what stays open is not the difference that its "
                    "match explains. Something was settled otherwise since. Undo the "
                    "match and match again.",
                    document=match.name,
                ),
            ) from error

    def _check_currency(self, match):
        """A difference is one between amounts of one currency."""
        currencies = {each.currency_id for each in (*match.sources, *match.targets)}
        if currencies != {match.currency_id}:
            raise PostingError(
                "currency_mismatch",
                self.env._(
                    "%(document)s is in another currency than its money: what the "
                    "difference is worth is not certain. Undo the match and match "
                    "by hand.",
                    document=match.name,
                ),
            )

    def _lefts(self, match):
        """Return what the difference settles: documents, or money of ours."""
        if match.is_on_targets:
            return left_of_targets(match.minor, match.sources, match.targets)
        return share_of(match.minor, match.ours)

    # ------------------------------------------------------------------
    # Where it is booked
    # ------------------------------------------------------------------

    def _booked(self, builder, wallet, match, difference, day):
        version = self.env["settlement.rule.version"].browse(match.version_id or [])
        if match.kind == "discount" and not version:
            return Discount(self.env, builder.company).lines(match, difference)
        role = "bank_fee" if match.kind == "fee" else "difference"
        return booked_lines(
            difference,
            role,
            version.account_id.id or self._account(builder, wallet, match),
            match.partner_id if match.kind in ("discount", "write_off") else 0,
            builder.rate(wallet.currency_id, day).to_company,
            planning_tax(version.tax_id),
            builder.words["fee_tax"],
        )

    def _account(self, builder, wallet, match):
        """Return the account that stands for the kind of a difference."""
        company, gains = builder.company, match.minor < 0
        if match.kind == "discount":
            return Discount(self.env, company).account(match.minor).id
        if match.kind == "exchange":
            account = (
                company.income_currency_exchange_account_id
                if gains
                else company.expense_currency_exchange_account_id
            )
            if account:
                return account.id
        try:
            role = ROLES.get(match.kind, "difference")
            return builder.accounts(wallet).required(role, match.kind)
        except MissingAccount as error:
            raise PostingError(
                "unknown_mapping", builder.missing_account(error), ("map",)
            ) from error
