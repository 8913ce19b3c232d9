from dataclasses import dataclass, field

from odoo import SUPERUSER_ID
from odoo.tools import SQL

from ..planning.plan import volume
from .dry_run import is_dry
from .entry_writer import to_float

# Who decides to post: nobody but the pipeline; a person, what the pipeline would post
# as well; a person alone; a person who gives up an amount.
AUTOMATIC, BY_HAND, DECISION, WRITE_OFF = range(4)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Planned entries that are decided on together.

    :param key: what they are about, the same however their lines change.
    :param amount: what is decided on, in minor units of the company's currency;
        None: what the entries move.
    :param parameters: JSON-ready data with which posting goes on once approved.
    """

    kind: str
    key: str
    name: str
    wallet: object
    prepared: tuple
    batch: object = None
    amount: int | None = None
    parameters: dict = field(default_factory=dict)

    @property
    def plans(self):
        """The entries as they are planned."""
        return [each.plan for each in self.prepared]

    @property
    def value(self):
        """What is decided on, in minor units of the company's currency."""
        if self.amount is not None:
            return self.amount
        return sum(volume(plan) for plan in self.plans)


class PostingGate:
    """Lets entries through that need no approver, or whose approver has agreed."""

    def __init__(self, builder, decision=AUTOMATIC):
        self.env = builder.env
        self.builder = builder
        self.policy = builder.policy
        self.company = builder.company
        self.decision = decision
        self.requests = self.env["settlement.posting.request"]
        self.admitted = {}
        self.touched = self.requests

    def admits(self, proposal, is_asked=False):
        """Return whether these entries may be posted now; ask for approval if not.

        An approval holds for exactly the entries that it was given for.

        :param is_asked: a person asks; else what was refused is not asked again.
        """
        request = self._known(proposal)
        self.touched |= request
        if not self._needs_approval(proposal):
            request._withdraw()
            return True
        content = self._content(proposal)
        if request and self.env["settlement.approval"]._approved(request, content):
            self.admitted[proposal.key] = request
            return True
        if is_asked or not self._is_refused(proposal, content):
            self.touched |= self._ask(request, proposal, content)
        return False

    def posted(self, proposal, postings):
        """Note what was posted of an approved proposal."""
        if request := self.admitted.get(proposal.key):
            request.write({"state": "posted"})
            postings.write({"request_id": request.id})

    # ------------------------------------------------------------------
    # Limits
    # ------------------------------------------------------------------

    def _needs_approval(self, proposal):
        """Return whether the policy wants another person for an amount.

        What a machine may not post alone, a person may not either. A dry run shows
        what would be posted once somebody agreed.
        """
        policy, value = self.policy, proposal.value
        if is_dry(self.env):
            return False
        if self.decision == WRITE_OFF:
            return self._exceeds(value, policy.write_off_limit or -1)
        if self.decision != AUTOMATIC and self._exceeds(value, policy.approval_limit):
            return True
        if self.decision == DECISION:
            return False
        return not policy.auto_post or self._exceeds(value, policy.auto_post_limit)

    def _exceeds(self, value, limit):
        """Return whether minor units exceed a limit; 0 is no limit."""
        currency = self.company.currency_id
        return bool(limit) and value > round(limit * 10**currency.decimal_places)

    # ------------------------------------------------------------------
    # Requests
    # ------------------------------------------------------------------

    def _known(self, proposal):
        return self.requests._active_of(self.company, proposal.key)

    def moves_dates(self, key):
        """Return whether what waits was agreed to go into the first open period."""
        return self.requests._active_of(self.company, key)._moves_dates()

    def _is_refused(self, proposal, content):
        """Return whether somebody has refused exactly these entries."""
        refused = self.requests.search(
            [
                ("company_id", "=", self.company.id),
                ("key", "=", proposal.key),
                ("state", "=", "refused"),
            ],
            order="id desc",
            limit=1,
        )
        return bool(refused) and refused.content == content

    def _ask(self, request, proposal, content):
        values = self._values(proposal, content)
        # Other entries of the same thing are still the act of who asked first.
        author = request.requester_id or self._author(proposal)
        if request:
            request.write({**values, "state": "waiting"})
        else:
            request = self.requests.create(values)
        # Asking is written for the author, whatever runs the pipeline.
        approvals = self.env["settlement.approval"].with_user(author).sudo()
        approval = approvals._request(
            request.with_env(approvals.env), content, self._reason(proposal)
        )
        request.approval_id = approval.id
        return request

    def _values(self, proposal, content):
        return {
            "name": proposal.name,
            "company_id": self.company.id,
            "wallet_id": proposal.wallet.id,
            "batch_id": proposal.batch.id if proposal.batch else False,
            "kind": proposal.kind,
            "key": proposal.key,
            "date": max(plan.date for plan in proposal.plans),
            "currency_id": self.company.currency_id.id,
            "amount": to_float(proposal.value, self.company.currency_id),
            "content": content,
            "parameters": proposal.parameters,
        }

    def _content(self, proposal):
        """Return what an approver agrees to: exactly these entries."""
        return {
            "posting": proposal.name,
            "wallet": proposal.wallet.display_name,
            "amount": self._money(proposal.value),
            "entries": [self._entry(plan) for plan in proposal.plans],
        }

    def _entry(self, plan):
        """Return an entry by account, and the hash that pins each of its lines."""
        sums = {}
        for line in plan.lines:
            sums[line.account_id] = sums.get(line.account_id, 0) + line.balance
        accounts = self.env["account.account"].browse(sums)
        return {
            "date": plan.date.isoformat(),
            "lines": len(plan.lines),
            "accounts": [
                f"{account.display_name}: {self._money(sums[account.id])}"
                for account in accounts
            ],
            "hash": plan.digest(),
        }

    def _money(self, minor):
        currency = self.company.currency_id
        return currency.format(to_float(minor, currency))

    def _reason(self, proposal):
        return self.env._(
            "Post %(name)s: %(amount)s may not be posted by one person, or machine, "
            "alone.",
            name=proposal.name,
            amount=self._money(proposal.value),
        )

    def _author(self, proposal):
        """Return whose act this is: the person at work, or who brought its data.

        What a scheduled run plans is the act of the last person who imported the
        rows, else of who ruled how they are posted.
        """
        bot = self.env["settlement.backend"]._bot()
        machines = (SUPERUSER_ID, bot.id)
        if self.env.uid not in machines:
            return self.env.user
        rows = [row.id for each in proposal.prepared for row in each.rows]
        found = self.env.execute_query(
            SQL(
                """
                SELECT message.create_uid
                  FROM settlement_transaction fact
                  JOIN settlement_message message ON message.id = fact.message_id
                 WHERE fact.id = ANY(%s) AND message.create_uid NOT IN %s
                 ORDER BY message.id DESC LIMIT 1
                """,
                rows,
                machines,
            )
        )
        if found:
            return self.env["res.users"].browse(found[0][0])
        ruled_by = self.policy.write_uid
        return ruled_by if ruled_by and ruled_by.id not in machines else self.env.user


class OpenGate(PostingGate):
    """Lets everything through: for dry runs, of which nothing stays."""

    def _needs_approval(self, proposal):
        return False
