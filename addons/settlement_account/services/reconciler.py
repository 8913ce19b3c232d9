from odoo.tools import SQL
from odoo.tools.misc import split_every

from .errors import PostingError

CHUNK = 1000
"""Groups per call: more bring no speed and only cost memory."""

FAST = {"tracking_disable": True, "mail_notrack": True}


class Reconciler:
    """Reconciles journal items in groups and proves that nothing is left."""

    def __init__(self, env):
        self.env = env(context={**env.context, **FAST})

    def settle(self, pairs):
        """Reconcile our lines with the items they settle.

        :param pairs: list of (id of our line, ids of what it settles).
        :raises PostingError: if a line of ours stays open: its target had less left
            than its match claims.
        """
        pairs = [(ours, items) for ours, items in pairs if items]
        if not pairs:
            return
        self._check_items({item for _ours, items in pairs for item in items})
        lines = self.env["account.move.line"]
        for groups in split_every(CHUNK, self._groups(pairs), list):
            lines._reconcile_plan([lines.browse(group) for group in groups])
        self._check_settled([ours for ours, _items in pairs])

    def _check_items(self, item_ids):
        """Say in words what Odoo would refuse: an item that is settled or no more."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT entry.move_name
                  FROM account_move_line entry
                 WHERE entry.id = ANY(%s)
                   AND (entry.reconciled OR entry.parent_state <> 'posted')
                 ORDER BY entry.id LIMIT 5
                """,
                list(item_ids),
            )
        )
        if rows:
            raise PostingError(
                "posting_failed",
                self.env._(
                    "%(documents)s has been settled otherwise, or taken back, since "
                    "it was matched. Undo its match and match again.",
                    documents=", ".join(name or "/" for (name,) in rows),
                ),
            )

    def _groups(self, pairs):
        """Return what has to be reconciled at once: everything that hangs together."""
        group_of = {}
        for ours, items in pairs:
            together = [ours]
            for item in items:
                known = group_of.get(item)
                if known is None:
                    together.append(item)
                elif known is not together:
                    together = self._merged(known, together, group_of)
            for line_id in together:
                group_of[line_id] = together
        return list({id(group): group for group in group_of.values()}.values())

    def _merged(self, first, second, group_of):
        first.extend(line_id for line_id in second if line_id not in first)
        for line_id in first:
            group_of[line_id] = first
        return first

    def _check_settled(self, line_ids):
        self.env.flush_all()
        left = self.env.execute_query(
            SQL(
                """
                SELECT entry.id, entry.name, entry.amount_residual_currency::text,
                       currency.name
                  FROM account_move_line entry
                  JOIN res_currency currency ON currency.id = entry.currency_id
                 WHERE entry.id = ANY(%s)
                   AND entry.reconciled IS NOT TRUE
                   AND entry.amount_residual_currency <> 0
                 ORDER BY entry.id LIMIT 5
                """,
                line_ids,
            )
        )
        if left:
            raise PostingError(
                "posting_failed",
                self.env._(
                    "Not all could be settled: %(lines)s stay open. What was matched "
                    "has been settled otherwise meanwhile. Undo these matches and "
                    "match again.",
                    lines=", ".join(
                        f"{name} {amount} {currency}"
                        for _line_id, name, amount, currency in left
                    ),
                ),
            )

    def reconcile_open(self, groups):
        """Reconcile groups of open lines as far as they go.

        :param groups: list of lists of line ids on one account each.
        """
        lines = self.env["account.move.line"]
        for chunk in split_every(CHUNK, groups, list):
            plan = [lines.browse(group) for group in chunk]
            lines._reconcile_plan(
                [group.filtered(lambda line: not line.reconciled) for group in plan]
            )
