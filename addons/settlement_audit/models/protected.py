from odoo import api, models
from odoo.tools import SQL


class SettlementProtected(models.AbstractModel):
    """Tables that only grow: the database itself refuses any change.

    UPDATE, DELETE and TRUNCATE raise an error for everybody, Odoo's superuser
    included. Whoever owns the table can switch the triggers off; the verification
    reports switched-off triggers, and the hashes what was done meanwhile.

    A model that has to allow some changes gives its triggers another function.
    """

    _name = "settlement.protected"
    _description = "Table protected by triggers"

    _protecting_function = "settlement_append_only"

    def init(self):
        """Create function and triggers."""
        result = super().init()
        if not self._abstract:
            self.env.cr.execute(self._protecting_function_sql())
            self.env.cr.execute(self._protecting_triggers_sql())
        return result

    @api.model
    def _protecting_function_sql(self):
        """Return the statement that creates the function of the triggers."""
        return SQL(
            """
            CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'Table %% only grows: %% is refused, for everybody.',
                    TG_TABLE_NAME, TG_OP;
            END $$
            """,
            SQL.identifier(self._protecting_function),
        )

    @api.model
    def _protecting_triggers(self):
        """Return the names of the trigger for rows and of that for the table."""
        function = self._protecting_function
        return f"{function}_rows", f"{function}_table"

    @api.model
    def _protecting_triggers_sql(self):
        rows_trigger, table_trigger = self._protecting_triggers()
        return SQL(
            """
            DROP TRIGGER IF EXISTS %(rows_trigger)s ON %(table)s;
            CREATE TRIGGER %(rows_trigger)s BEFORE UPDATE OR DELETE ON %(table)s
                FOR EACH ROW EXECUTE FUNCTION %(function)s();
            DROP TRIGGER IF EXISTS %(table_trigger)s ON %(table)s;
            CREATE TRIGGER %(table_trigger)s BEFORE TRUNCATE ON %(table)s
                FOR EACH STATEMENT EXECUTE FUNCTION %(function)s();
            """,
            rows_trigger=SQL.identifier(rows_trigger),
            table_trigger=SQL.identifier(table_trigger),
            table=SQL.identifier(self._table),
            function=SQL.identifier(self._protecting_function),
        )

    @api.model
    def _is_protected(self):
        """Return whether both triggers are there and switched on."""
        query = SQL(
            """
            SELECT count(*) FROM pg_trigger
             WHERE tgrelid = %s::regclass AND tgname IN %s
               AND tgenabled IN ('O', 'A')
            """,
            self._table,
            self._protecting_triggers(),
        )
        return self.env.execute_query(query) == [(2,)]
