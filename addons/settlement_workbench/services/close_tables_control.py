from ..closing.csv_file import Table
from ..closing.segregation import conflicts
from .close_tables import CloseTables


class CloseControlTables(CloseTables):
    """The lists of an evidence pack, with who decided and who may."""

    def tables(self):
        """Yield the tables in the order in which they stand in the pack."""
        yield from super().tables()
        yield self._approvals()
        yield self._mappings()
        yield self._rules()
        yield self._segregation()
        yield self._chain()

    # ------------------------------------------------------------------
    # Who decided
    # ------------------------------------------------------------------

    def _approvals(self):
        columns = (
            "approval",
            "about",
            "record",
            "state",
            "asked_by",
            "asked_at",
            "reason",
            "decided_by",
            "decided_at",
            "decision_reason",
            "content_sha256",
        )
        rows = self._pages(
            """
            SELECT approval.id, approval.subject_model, approval.subject_id,
                   approval.state, asking.login, approval.requested_at,
                   approval.reason, deciding.login, approval.decided_at,
                   approval.decision_reason, approval.content_hash
              FROM settlement_approval approval
              JOIN res_users asking ON asking.id = approval.requester_id
              LEFT JOIN res_users deciding ON deciding.id = approval.decider_id
             WHERE approval.company_id = %(company)s
               AND approval.id > %(after)s
             ORDER BY approval.id
             LIMIT %(limit)s
            """
        )
        return Table("approvals.csv", columns, rows)

    def _mappings(self):
        columns = (
            "mapping",
            "code",
            "kind",
            "state",
            "version",
            "effective_from",
            "author",
            "approver",
            "approved_at",
            "rows_of_the_period",
            "fingerprint",
        )
        rows = self._pages(
            """
            SELECT mapping.id, mapping.source_code, mapping.kind, mapping.state,
                   mapping.version, mapping.effective_from, author.login,
                   approver.login, mapping.approved_at, used.rows, mapping.row_hash
              FROM settlement_mapping mapping
              LEFT JOIN res_users author ON author.id = mapping.author_id
              LEFT JOIN res_users approver ON approver.id = mapping.approver_id
             CROSS JOIN LATERAL (
                    SELECT count(*) AS rows FROM settlement_transaction fact
                     WHERE fact.mapping_id = mapping.id AND fact.is_current
                       AND fact.booked_on BETWEEN %(start)s AND %(day)s) used
             WHERE mapping.company_id = %(company)s
               AND mapping.id > %(after)s
             ORDER BY mapping.id
             LIMIT %(limit)s
            """
        )
        return Table("mappings.csv", columns, rows)

    def _rules(self):
        columns = (
            "rule_version",
            "rule",
            "version",
            "state",
            "purpose",
            "mode",
            "origin",
            "author",
            "approver",
            "approved_at",
            "matches",
            "approved_content_sha256",
        )
        rows = self._pages(
            """
            SELECT version.id, rule.name, version.number, version.state,
                   version.purpose, version.mode, version.origin, author.login,
                   approver.login, version.approved_at, used.matches,
                   version.fingerprint
              FROM settlement_rule_version version
              JOIN settlement_rule rule ON rule.id = version.rule_id
              LEFT JOIN res_users author ON author.id = version.author_id
              LEFT JOIN res_users approver ON approver.id = version.approver_id
             CROSS JOIN LATERAL (
                    SELECT count(*) AS matches FROM settlement_match match
                     WHERE match.rule_version_id = version.id
                       AND match.state <> 'undone') used
             WHERE version.company_id = %(company)s
               AND version.id > %(after)s
             ORDER BY version.id
             LIMIT %(limit)s
            """
        )
        return Table("rules.csv", columns, rows)

    def _segregation(self):
        checks = self.env["settlement.close.check"]
        columns = ("user", "name", "active", "roles", "conflicts")
        people = checks._people(self.company)
        names = self.env["settlement.backend"]._group_names
        rows = (
            (
                user.login,
                user.name,
                user.active,
                ", ".join(names(roles)),
                checks._pairs_in_words(conflicts(roles)),
            )
            for user in people
            for roles in [checks._roles_of(user)]
        )
        return Table("segregation.csv", columns, rows)

    def _chain(self):
        """List the seals as they stood when the checks were computed."""
        columns = (
            "seal",
            "first_event",
            "last_event",
            "events",
            "events_root",
            "previous_root",
            "root",
            "sealed_at",
        )
        rows = self._pages(
            """
            SELECT seal.id, seal.first_event_id, seal.last_event_id,
                   seal.event_count, seal.events_root, seal.previous_root, seal.root,
                   seal.sealed_at
              FROM settlement_event_seal seal
             WHERE seal.id > %(after)s AND seal.sealed_at <= %(computed)s
             ORDER BY seal.id
             LIMIT %(limit)s
            """,
            computed=self.close.refreshed_at,
        )
        return Table("chain.csv", columns, rows)
