from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, MissingError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_precision import KIND, PrecisionCase

ROLES = (
    "group_viewer",
    "group_auditor",
    "group_integration_admin",
    "group_accountant",
    "group_approver",
)


@tagged("post_install", "-at_install")
class TestPrecisionReport(PrecisionCase):
    """The report, what is behind its numbers, and who sees it."""

    def setUp(self):
        super().setUp()
        self.evidence(4)
        self.evidence(2, state="undone", is_refused=True)
        self.evidence(3, state="proposed", decided_at=False)
        self.evidence(1, state="undone")
        self.evidence(5, "amount_date/name")
        self.env.flush_all()
        self.report = self.env["settlement.precision.report"]

    def row(self, kind=KIND):
        return self.report.search([("kind", "=", kind)])

    def test_one_row_per_kind(self):
        self.assertRecordValues(
            self.row(),
            [
                {
                    "company_id": self.company.id,
                    "method": "subset",
                    "right_count": 4,
                    "wrong_count": 2,
                    "waiting_count": 3,
                    "void_count": 1,
                    "right_percent": 66.66,
                    "is_proved": False,
                }
            ],
        )
        self.assertEqual(len(self.row("amount_date/name")), 1)

    def test_every_number_opens_the_matches_behind_it(self):
        row = self.row()
        for verdict in ("right", "wrong", "waiting"):
            with self.subTest(verdict=verdict):
                action = getattr(row, f"action_open_{verdict}")()
                behind = self.open_domain(action)
                self.assertEqual(len(behind), row[f"{verdict}_count"])
                self.assertEqual(set(behind.mapped("verdict")), {verdict})
                self.assertEqual(set(behind.mapped("kind")), {KIND})
        self.assertEqual(len(self.open_domain(row.action_open_matches())), 10)

    def test_a_row_stays_the_same_when_others_come(self):
        row = self.row()
        self.evidence(1, "amount_date/account")
        self.env.invalidate_all()
        self.assertEqual(self.row(), row)
        self.assertEqual(row.kind, KIND)

    def test_sentences(self):
        row = self.row()
        self.assertIn("Of 6 matches", row.sentence)
        self.assertIn("Not proved", row.proof_text)
        self.company.settlement_precision_limit = 50
        self.env.invalidate_all()
        self.assertIn("Proved", self.row("amount_date/name").proof_text)
        self.assertTrue(self.row("amount_date/name").is_proved)

    def test_it_can_be_grouped_and_summed(self):
        groups = self.report.formatted_read_group(
            [], ["method"], ["right_count:sum", "proved_percent:avg"]
        )
        sums = {group["method"]: group["right_count:sum"] for group in groups}
        self.assertEqual(sums, {"subset": 4, "amount_date": 5})

    def test_without_matches_it_is_empty(self):
        self.env.cr.execute("DELETE FROM settlement_match")
        self.precision._forget()
        self.assertFalse(self.report.search([]))

    def test_every_role_reads_it_and_nobody_writes(self):
        for role in ROLES:
            user = self.new_user(role)
            mine = self.report.with_user(user).with_company(self.company)
            with self.subTest(role=role):
                self.assertEqual(mine.search([("kind", "=", KIND)]).right_count, 4)
                for operation in ("write", "create", "unlink"):
                    self.assertFalse(mine.has_access(operation))

    def test_other_companies_see_nothing_of_it(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user("group_approver", other)
        theirs = self.report.with_user(stranger).with_context(
            allowed_company_ids=other.ids
        )
        self.assertFalse(theirs.search([]))
        with self.assertRaises(MissingError):
            row = self.row().with_env(theirs.env)
            row.invalidate_recordset()
            row.action_open_right()


@tagged("post_install", "-at_install")
class TestPrecisionSetting(PrecisionCase):
    """Who decides what has to be proved, and its trace."""

    def setting(self, role, company=None, **values):
        user = self.new_user(role, company)
        company = company or self.company
        return (
            self.env["settlement.precision.setting"]
            .with_user(user)
            .with_context(allowed_company_ids=company.ids)
            .create(values)
        )

    def test_defaults(self):
        company = self.env["res.company"].create({"name": "New"})
        self.assertEqual(company.settlement_precision_limit, 99.9)
        self.assertEqual(company.settlement_evidence_days, 30)

    def test_the_administrator_of_ours_decides(self):
        setting = self.setting("group_integration_admin", precision_limit=99.5)
        self.assertEqual(setting.needed, 598)
        setting.action_save()
        self.assertEqual(self.company.settlement_precision_limit, 99.5)
        event = self.env["settlement.event"].search(
            [("action", "=", "precision.changed")], order="id desc", limit=1
        )
        self.assertEqual(event.user_id, setting.env.user)
        self.assertEqual(event.res_id, self.company.id)

    def test_nobody_else_does(self):
        for role in set(ROLES) - {"group_integration_admin"}:
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.setting(role, precision_limit=50)

    def test_not_for_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        with self.assertRaises(AccessError):
            self.setting(
                "group_integration_admin", other, company_id=self.company.id
            ).action_save()
        self.assertEqual(self.company.settlement_precision_limit, 99.9)

    def test_only_sensible_values(self):
        for values in (
            {"settlement_precision_limit": 101},
            {"settlement_precision_limit": 12},
            {"settlement_evidence_days": 0},
        ):
            with (
                self.subTest(values=values),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.company.write(values)
                self.env.flush_all()

    def test_saving_the_same_leaves_no_trace(self):
        events = self.env["settlement.event"]
        domain = [("action", "=", "precision.changed")]
        before = events.search_count(domain)
        self.company.write({"settlement_precision_limit": 99.9})
        self.assertEqual(events.search_count(domain), before)
