from collections import defaultdict
from dataclasses import dataclass, field, replace

from odoo.tools import SQL

from ..planning.allocation import Source, allocate
from ..planning.rows import Settled, Target
from .set_off import meeting_places

# Items of these accounts are shown partner by partner and never summed.
PARTNER_TYPES = ("asset_receivable", "liability_payable")


@dataclass(slots=True)
class RowSettled:
    """What one row settles, and where the rest of its gross goes if that is known."""

    parts: list = field(default_factory=list)
    rest_account_id: int = 0
    rest_partner_id: int = 0
    currency_id: int = 0

    def add(self, part, keeps_rest):
        """Add a part; ``keeps_rest`` leaves the rest to the part's partner."""
        self.parts.append(part)
        if keeps_rest:
            self.rest_account_id = part.account_id
            self.rest_partner_id = part.partner_id

    def rest(self, gross):
        """Return the part that the partner keeps as credit, None if there is none.

        :param gross: gross of the row in minor units, signed.
        """
        amount = gross - sum(part.amount for part in self.parts)
        if not amount or not self.rest_account_id:
            return None
        return Settled(
            account_id=self.rest_account_id,
            partner_id=self.rest_partner_id,
            amount=amount,
            currency_id=self.currency_id,
            amount_currency=amount,
            # It came with this match: whoever undoes the match frees it as well.
            match_id=self.parts[-1].match_id,
            role="credit",
        )


NOTHING = RowSettled()


@dataclass(slots=True)
class _MatchLines:
    sources: list = field(default_factory=list)
    targets: list = field(default_factory=list)
    keeps_rest: bool = False
    needs_account: bool = False
    difference: int = 0


class SettledReader:
    """Reads what confirmed matches say that rows settle."""

    def __init__(self, env):
        self.env = env

    def read(self, transaction_ids, states=("confirmed",)):
        """Return a dict of transaction id → RowSettled."""
        found = defaultdict(RowSettled)
        wanted = set(transaction_ids)
        matches = self._matches(transaction_ids, states)
        places = meeting_places(self.env, self._without_target(matches))
        for match_id, match in matches.items():
            if not match.sources:
                continue
            for transaction_id, part in self._allocated(match_id, match):
                if transaction_id in wanted:
                    part = self._placed(part, places.get(match_id))
                    found[transaction_id].add(part, match.keeps_rest)
                    found[transaction_id].currency_id = match.sources[0].currency_id
        return found

    def _without_target(self, matches):
        """Return the ids of matches of money with money."""
        return [
            match_id
            for match_id, match in matches.items()
            if not (match.targets or match.needs_account)
        ]

    def _placed(self, part, place):
        """Return a part on the account where its match meets, if that is known."""
        if part.account_id or not place:
            return part
        account_id, partner_id = place
        return replace(part, account_id=account_id, partner_id=partner_id)

    def _matches(self, transaction_ids, states):
        """Return the money and the items of the matches concerned, by match."""
        matches = defaultdict(_MatchLines)
        if not transaction_ids:
            return matches
        for record in self.env.execute_query(self._query(transaction_ids, states)):
            match_id, side, keeps_rest, needs_account, difference, *record = record
            transaction_id, currency_id, amount, *item = record
            match = matches[match_id]
            match.keeps_rest = bool(keeps_rest)
            match.needs_account = needs_account
            match.difference = difference
            if side == "source" and transaction_id:
                match.sources.append(Source(transaction_id, currency_id, amount))
            elif side == "target" and item[0]:
                match.targets.append(self._target(currency_id, amount, *item))
        return matches

    def _target(self, currency_id, amount, line_id, account_id, partner_id, kind):
        return Target(
            move_line_id=line_id,
            account_id=account_id,
            partner_id=partner_id,
            currency_id=currency_id,
            amount_currency=amount,
            is_summable=kind not in PARTNER_TYPES,
        )

    def _allocated(self, match_id, match):
        """Return the parts of one match.

        What several rows pay together stays apart: each may be posted or undone on
        its own.
        """
        targets = match.targets
        if len(match.sources) > 1:
            targets = [replace(target, is_summable=False) for target in targets]
        parts = allocate(match_id, match.sources, targets, match.difference)
        if match.needs_account:
            return [(row_id, replace(part, waits=True)) for row_id, part in parts]
        return parts

    def _query(self, transaction_ids, states):
        return SQL(
            """
            SELECT line.match_id, line.side, match.rest_to_credit,
                   COALESCE(match.difference_kind = 'account', FALSE),
                   match.difference_minor,
                   line.transaction_id, line.currency_id, line.amount_minor,
                   item.id, item.account_id,
                   COALESCE(item.partner_id, 0), account.account_type
              FROM settlement_match_line line
              JOIN settlement_match match ON match.id = line.match_id
              LEFT JOIN account_move_line item ON item.id = line.move_line_id
              LEFT JOIN account_account account ON account.id = item.account_id
             WHERE match.state IN %(states)s
               AND line.match_id IN (
                    SELECT wanted.match_id FROM settlement_match_line wanted
                     WHERE wanted.transaction_id = ANY(%(ids)s)
                       AND wanted.side = 'source')
             ORDER BY line.match_id, line.id
            """,
            states=tuple(states),
            ids=list(transaction_ids),
        )
