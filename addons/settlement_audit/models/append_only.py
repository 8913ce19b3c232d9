from odoo import api, models
from odoo.tools import SQL

_FUNCTION = "settlement_append_only"
_ROW_TRIGGER = "settlement_append_only_rows"
_TABLE_TRIGGER = "settlement_append_only_table"


class SettlementAppendOnly(models.AbstractModel):
    """Tables that only grow: the database itself refuses any change.

    UPDATE, DELETE and TRUNCATE raise an error for everybody, Odoo's superuser
    included. Whoever owns the table can switch the triggers off; the verification
    reports switched-off triggers, and the hash chain what was done meanwhile.
    """

    _name = "settlement.append.only"
    _description = "Append-only table"

    def init(self):
        """Create the triggers."""
        super().init()
        if not self._abstract:
            self._create_append_only_function()
            self._create_append_only_triggers()

    @api.model
    def _create_append_only_function(self):
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION %s() RETURNS trigger
                LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE EXCEPTION
                        'Table %% only grows: %% is refused, for everybody.',
                        TG_TABLE_NAME, TG_OP;
                END $$
                """,
                SQL.identifier(_FUNCTION),
            )
        )

    @api.model
    def _create_append_only_triggers(self):
        self.env.cr.execute(
            SQL(
                """
                DROP TRIGGER IF EXISTS %(row_trigger)s ON %(table)s;
                CREATE TRIGGER %(row_trigger)s BEFORE UPDATE OR DELETE ON %(table)s
                    FOR EACH ROW EXECUTE FUNCTION %(function)s();
                DROP TRIGGER IF EXISTS %(table_trigger)s ON %(table)s;
                CREATE TRIGGER %(table_trigger)s BEFORE TRUNCATE ON %(table)s
                    FOR EACH STATEMENT EXECUTE FUNCTION %(function)s();
                """,
                row_trigger=SQL.identifier(_ROW_TRIGGER),
                table_trigger=SQL.identifier(_TABLE_TRIGGER),
                table=SQL.identifier(self._table),
                function=SQL.identifier(_FUNCTION),
            )
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
            (_ROW_TRIGGER, _TABLE_TRIGGER),
        )
        return self.env.execute_query(query) == [(2,)]
