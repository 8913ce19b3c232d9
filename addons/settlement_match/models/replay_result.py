from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..engine.backtest import Case, Decision, Target
from .claim import ALL_COLUMNS


class SettlementReplay(models.AbstractModel):
    """What the replay matched, beside what is known of the same payments."""

    _inherit = "settlement.replay"

    @api.model
    def _read_cases(self, scope):
        """Return the payments that the change concerns.

        Those that the version under test would match, and those that the rule has
        matched.
        """
        self.env.flush_all()
        self._temporary(
            "settlement_replay_concerned", self._replay_concerned_sql(scope)
        )
        self._index_replay("settlement_replay_concerned", "transaction_id")
        replayed = self._decisions_by_payment(
            self._replayed_sql(scope), self._replayed_targets_sql()
        )
        known = self._decisions_by_payment(
            self._history_held_sql(SQL("known.holds")), self._known_targets_sql()
        )
        refused = self._decisions_by_payment(
            self._history_held_sql(SQL("NOT known.holds")), self._known_targets_sql()
        )
        query = SQL(
            """
            SELECT source.transaction_id, source.currency_id, source.gross_minor
              FROM settlement_replay_concerned concerned
              JOIN settlement_replay_source source
                ON source.transaction_id = concerned.transaction_id
             ORDER BY source.transaction_id
            """
        )
        return [
            self._replay_case(scope, row, replayed, known, refused)
            for row in self.env.execute_query(query)
        ]

    @api.model
    def _replay_case(self, scope, row, replayed, known, refused):
        transaction_id, currency_id, gross_minor = row
        tested, otherwise = None, None
        for version_id, decision in replayed.get(transaction_id, ()):
            if version_id and version_id == scope.version.id:
                tested = tested or decision
            else:
                otherwise = otherwise or decision
        return Case(
            transaction_id,
            currency_id,
            gross_minor,
            tested,
            otherwise,
            tuple(decision for _version, decision in known.get(transaction_id, ())),
            tuple(decision for _version, decision in refused.get(transaction_id, ())),
        )

    @api.model
    def _replay_concerned_sql(self, scope):
        """Return the payments that the rule has or would have to do with."""
        return SQL(
            """
            SELECT line.transaction_id
              FROM settlement_match match
              JOIN settlement_match_line line
                ON line.match_id = match.id AND line.transaction_id IS NOT NULL
             WHERE match.rule_version_id = %(version)s
             UNION
            SELECT known.transaction_id
              FROM settlement_replay_known known
             WHERE known.holds AND known.rule_id = %(rule)s AND known.rule_id <> 0
             UNION
            SELECT transaction_id FROM settlement_replay_allowed
            """,
            version=scope.version.id or 0,
            rule=scope.rule.id or 0,
        )

    @api.model
    def _decisions_by_payment(self, decisions, targets):
        """Return payment → [(version id, Decision)].

        :param decisions: SELECT of ``transaction_id, match_id, version_id,
            difference_minor, difference_kind, account_id, rule_id``.
        :param targets: SELECT of ``match_id, transaction_id, column, item_id, minor,
            open_then, taken_since, free_now``; the payment is the one it is for.
        """
        settles = defaultdict(list)
        for match_id, payment_id, column, item_id, *minors in self.env.execute_query(
            targets
        ):
            settles[match_id, payment_id].append(
                Target((column, item_id), *(int(minor or 0) for minor in minors))
            )
        found = defaultdict(list)
        for payment_id, match_id, version_id, *rest in self.env.execute_query(
            decisions
        ):
            difference_minor, difference_kind, account_id, rule_id = rest
            decision = Decision(
                match_id,
                tuple(settles.get((match_id, payment_id), ())),
                int(difference_minor or 0),
                difference_kind or "",
                account_id or 0,
                rule_id or 0,
            )
            found[payment_id].append((version_id, decision))
        return found

    @api.model
    def _replayed_sql(self, scope):
        """Return the matches of the replay that concern the payments."""
        return SQL(
            """
            SELECT DISTINCT line.transaction_id, match.id,
                   CASE WHEN allowed.transaction_id IS NULL
                        THEN match.rule_version_id ELSE %(version)s END,
                   match.difference_minor, match.difference_kind,
                   version.account_id, version.rule_id
              FROM settlement_replay_concerned concerned
              JOIN settlement_match_line line
                ON line.transaction_id = concerned.transaction_id
              JOIN settlement_match match ON match.id = line.match_id
              LEFT JOIN settlement_rule_version version
                ON version.id = match.rule_version_id
              LEFT JOIN settlement_replay_allowed allowed
                ON allowed.transaction_id = line.transaction_id
             ORDER BY line.transaction_id, match.id
            """,
            version=scope.version.id or 0,
        )

    @api.model
    def _replayed_targets_sql(self):
        """Return what the matches of the replay settle, stand-ins resolved.

        Beside it stands how much was open of it then, what other payments took of it
        on that day or since, and how much would be open of it for this one today.
        """
        return SQL(
            """
            SELECT other.match_id, own.transaction_id, %(column)s,
                   COALESCE(episode.item_id, %(item)s), other.amount_minor,
                   COALESCE(then_open.minor, other.amount_minor),
                   COALESCE(taken.minor, 0),
                   COALESCE(item.free_minor + COALESCE(mine.minor, 0),
                            abs(other.amount_minor))
              FROM settlement_replay_concerned concerned
              JOIN settlement_replay_source source
                ON source.transaction_id = concerned.transaction_id
              JOIN settlement_match_line own
                ON own.transaction_id = concerned.transaction_id
              JOIN settlement_match_line other
                ON other.match_id = own.match_id AND other.side <> own.side
              LEFT JOIN settlement_replay_episode_item episode
                ON episode.stand_in_id = other.move_line_id
              LEFT JOIN settlement_replay_item item
                ON item.id = COALESCE(episode.item_id, other.move_line_id)
              LEFT JOIN LATERAL (%(then)s) then_open ON item.id IS NOT NULL
              LEFT JOIN LATERAL (%(taken)s) taken ON TRUE
              LEFT JOIN LATERAL (%(mine)s) mine ON TRUE
            """,
            column=self._replay_column_sql("other"),
            item=self._replay_item_sql("other"),
            then=self._open_then_sql(SQL("GREATEST(source.day, item.date)")),
            taken=self._taken_since_sql(),
            mine=self._taken_by_itself_sql(),
        )

    @api.model
    def _taken_since_sql(self):
        """Return what matches of other payments took of an item from a day on."""
        return SQL(
            """
            SELECT sum(settled.minor) AS minor
              FROM settlement_replay_settled settled
             WHERE settled.item_id = item.id
               AND NOT settled.is_outside
               AND settled.day >= GREATEST(source.day, item.date)
               AND NOT EXISTS (
                    SELECT FROM settlement_replay_known known
                     WHERE known.match_id = settled.match_id
                       AND known.transaction_id = own.transaction_id)
            """
        )

    @api.model
    def _taken_by_itself_sql(self):
        """Return what the matches of the payment itself took of an item."""
        return SQL(
            """
            SELECT sum(settled.minor) AS minor
              FROM settlement_replay_known known
              JOIN settlement_replay_settled settled
                ON settled.match_id = known.match_id
               AND settled.item_id = item.id
             WHERE known.transaction_id = own.transaction_id
               AND known.holds
            """
        )

    @api.model
    def _history_held_sql(self, condition):
        """Return matches of history as decisions.

        :param condition: on ``known``.
        """
        return SQL(
            """
            SELECT DISTINCT known.transaction_id, known.match_id, 0,
                   known.difference_minor, known.difference_kind, known.account_id,
                   known.rule_id
              FROM settlement_replay_concerned concerned
              JOIN settlement_replay_known known
                ON known.transaction_id = concerned.transaction_id
             WHERE %s
             ORDER BY known.transaction_id, known.match_id
            """,
            condition,
        )

    @api.model
    def _known_targets_sql(self):
        """Return what the matches of history settle."""
        return SQL(
            """
            SELECT other.match_id, known.transaction_id, %(column)s, %(item)s,
                   other.amount_minor, 0, 0, 0
              FROM settlement_replay_concerned concerned
              JOIN settlement_replay_known known
                ON known.transaction_id = concerned.transaction_id
              JOIN %(lines)s other
                ON other.match_id = known.match_id AND other.side <> known.side
            """,
            column=self._replay_column_sql("other"),
            item=self._replay_item_sql("other"),
            lines=self._real_table("settlement_match_line"),
        )

    @api.model
    def _replay_column_sql(self, alias):
        """Return the name of the column that says what a line is about."""
        whens = [
            SQL("WHEN %s IS NOT NULL THEN %s", SQL.identifier(alias, column), column)
            for column in ALL_COLUMNS
        ]
        return SQL("CASE %s ELSE 'move_line_id' END", SQL(" ").join(whens))

    @api.model
    def _replay_item_sql(self, alias):
        """Return the id of what a line is about; a deleted item is in its snapshot."""
        columns = [SQL.identifier(alias, column) for column in ALL_COLUMNS]
        return SQL(
            "COALESCE(%s, (%s ->> 'id')::int4, 0)",
            SQL(", ").join(columns),
            SQL.identifier(alias, "snapshot"),
        )
