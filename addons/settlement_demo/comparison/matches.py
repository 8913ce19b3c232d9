"""Matches against what the money was really for."""

from collections import Counter, defaultdict

from odoo.tools import SQL

from ..world.truth import is_payout
from .found import grouped


def wrong_matches(env, truth, keys):
    """Yield a sentence for each match that joins what does not belong together."""
    really = _really(truth)
    for match_id, sides in _matches(env, keys).items():
        sources, targets = sides["source"], sides["target"] or sides["source"]
        for source in sorted(sources):
            if not really[source] & set(targets):
                yield f"match {match_id}: {source} is not for {sorted(targets)}"
        belonging = set().union(*(really[source] for source in sources))
        for target in sorted(set(targets) - belonging):
            yield f"match {match_id}: {target} is not paid by {sorted(sources)}"


def match_differences(env, truth, keys):
    """Yield a sentence for each row whose matched amounts are not the true ones."""
    matched = defaultdict(Counter)
    for sides in _matches(env, keys).values():
        if not sides["target"]:
            # Money that came and went again: each row is what the other one undoes.
            (first, second) = sides["source"]
            matched[first][second] += abs(sides["source"][first])
            matched[second][first] += abs(sides["source"][second])
            continue
        if len(sides["source"]) > 1:
            # Several payouts in one transfer: each is compared by its own line.
            (target,) = sides["target"]
            for source, amount in sides["source"].items():
                matched[target][source] += abs(amount)
            continue
        ((source, _amount),) = sides["source"].items()
        for target, amount in _in_currency_of_source(sides).items():
            payer, paid = _direction(source, target)
            matched[payer][paid] += abs(amount)
    for row in truth.rows:
        expected = Counter()
        if row.outcome == "matched":
            for part in row.settles:
                expected[part.target] += abs(part.amount)
        if dict(matched[row.key]) != dict(expected):
            yield (
                f"row {row.backend} {row.key} ({row.scenario}) is matched with "
                f"{dict(matched[row.key])}, really {dict(expected)}"
            )


def _in_currency_of_source(sides):
    """Return the amounts of the targets; a converted one counts as what was paid."""
    if len(sides["target"]) == 1 and len(sides["currencies"]) > 1:
        return dict.fromkeys(sides["target"], sum(sides["source"].values()))
    return sides["target"]


def _direction(source, target):
    """Return (bank row, payout) of a payout's match, else (row, document)."""
    return (target, source) if is_payout(source) else (source, target)


def _really(truth):
    """Return each row or payout → what it is for; a payout: its bank row."""
    pairs = []
    for row in truth.rows:
        for part in row.settles:
            pairs.append((row.key, part.target))
            pairs.append((part.target, row.key))
    return grouped(pairs)


def _matches(env, keys):
    """Return match id → side → key → amount in minor units of the line."""
    matches = defaultdict(
        lambda: {"source": Counter(), "target": Counter(), "currencies": set()}
    )
    for match_id, side, row_id, batch_id, move_id, amount, currency in _lines(
        env, keys
    ):
        key = (
            keys.rows.get(row_id)
            or keys.batches.get(batch_id)
            or keys.documents.get(move_id)
            or f"account.move({move_id})"
        )
        matches[match_id][side][key] += amount
        matches[match_id]["currencies"].add(currency)
    return matches


def _lines(env, keys):
    """Return the lines of all matches that hold."""
    return env.execute_query(
        SQL(
            """
            SELECT match.id, line.side, line.transaction_id, line.batch_id,
                   entry.move_id, line.amount_minor, line.currency_id
              FROM settlement_match match
              JOIN settlement_match_line line ON line.match_id = match.id
              LEFT JOIN account_move_line entry ON entry.id = line.move_line_id
             WHERE match.state IN ('confirmed', 'posted')
               AND match.company_id IN %s
             ORDER BY match.id, line.id
            """,
            tuple(keys.companies) or (0,),
        )
    )
