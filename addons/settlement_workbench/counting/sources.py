"""What is counted, of which table, by what; and the triggers that keep the counts.

Each statement that writes rows of a counted table adds what it changed: one row per
combination of dimensions, in the same transaction, whoever wrote and however. Nothing
is updated, so writers never wait for one another.
"""

from __future__ import annotations

from dataclasses import dataclass

from odoo.tools import SQL

DIMENSIONS = ("company_id", "currency_id", "day", "kind", "state", "stage")
MEASURES = ("amount", "volume")


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of one table that are counted.

    :param name: what the counters call them.
    :param columns: SQL expressions on ``row``: one for each of DIMENSIONS, then the
        amount. Its absolute value is the volume.
    :param condition: SQL on ``row``: which rows count at all.
    """

    name: str
    table: str
    columns: tuple[str, ...]
    condition: str = "TRUE"

    @property
    def function(self) -> str:
        """Name of the function of its triggers."""
        return f"settlement_count_{self.name}"


SOURCES = (
    Source(
        "transaction",
        "settlement_transaction_state",
        (
            "row.company_id",
            "row.currency_id",
            "row.booked_on",
            "CASE WHEN row.needs_target THEN 'target:' ELSE 'other:' END "
            "|| row.provider_state",
            "row.match_state",
            "row.posting_state",
            "row.gross_minor",
        ),
    ),
    Source(
        "match",
        "settlement_match",
        (
            "row.company_id",
            "row.currency_id",
            "row.decided_at::date",
            "row.method",
            "row.state",
            "CASE WHEN row.is_automatic THEN 'automatic' ELSE 'manual' END",
            "row.amount_minor",
        ),
    ),
    Source(
        "exception",
        "settlement_exception",
        (
            "row.company_id",
            "NULL::int",
            "NULL::date",
            "row.severity",
            "row.state",
            "row.reason",
            "COALESCE(row.company_amount, 0)",
        ),
    ),
    Source(
        "invoice",
        "account_move",
        (
            "row.company_id",
            "NULL::int",
            "row.invoice_date",
            "row.move_type",
            "row.payment_state",
            "row.state",
            "COALESCE(row.amount_total_signed, 0)",
        ),
        "row.move_type = 'out_invoice' AND row.state = 'posted'",
    ),
)


def counted_sql(source: Source, rows: SQL, sign: int = 1) -> SQL:
    """Return the columns of counters for each row of ``rows``, added up by nobody."""
    *dimensions, amount = (SQL(column) for column in source.columns)
    return SQL(
        "SELECT %(dimensions)s, %(sign)s AS rows, %(sign)s * (%(amount)s)::numeric "
        "AS amount, %(sign)s * abs((%(amount)s)::numeric) AS volume "
        "FROM %(rows)s AS row WHERE %(condition)s",
        dimensions=SQL(", ").join(
            SQL("%s AS %s", value, SQL.identifier(name))
            for name, value in zip(DIMENSIONS, dimensions, strict=True)
        ),
        sign=SQL(str(sign)),
        amount=amount,
        rows=rows,
        condition=SQL(source.condition),
    )


def add_sql(source: Source, counted: SQL) -> SQL:
    """Return the statement that adds up ``counted`` and stores it as counters."""
    names = SQL(", ").join(map(SQL.identifier, DIMENSIONS))
    return SQL(
        "INSERT INTO settlement_counter (subject, %(names)s, rows, amount, volume) "
        "SELECT '%(subject)s', %(names)s, sum(rows), sum(amount), sum(volume) "
        "FROM (%(counted)s) AS counted GROUP BY %(names)s "
        "HAVING sum(rows) <> 0 OR sum(amount) <> 0 OR sum(volume) <> 0",
        names=names,
        subject=SQL(source.name),
        counted=counted,
    )


def function_sql(source: Source) -> SQL:
    """Return the function that counts what a statement has changed."""
    fresh = counted_sql(source, SQL("fresh_rows"))
    former = counted_sql(source, SQL("former_rows"), -1)
    return SQL(
        """
        CREATE OR REPLACE FUNCTION %(name)s() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN %(insert)s;
            ELSIF TG_OP = 'DELETE' THEN %(delete)s;
            ELSE %(update)s;
            END IF;
            RETURN NULL;
        END $$
        """,
        name=SQL.identifier(source.function),
        insert=add_sql(source, fresh),
        delete=add_sql(source, former),
        update=add_sql(source, SQL("%s UNION ALL %s", fresh, former)),
    )


def trigger_sqls(source: Source) -> list[SQL]:
    """Return the statements that make the triggers of a table anew."""
    tables = {
        "insert": SQL("NEW TABLE AS fresh_rows"),
        "update": SQL("OLD TABLE AS former_rows NEW TABLE AS fresh_rows"),
        "delete": SQL("OLD TABLE AS former_rows"),
    }
    return [
        SQL(
            # PostgreSQL 13 cannot replace one.
            "DROP TRIGGER IF EXISTS %(trigger)s ON %(table)s; "
            "CREATE TRIGGER %(trigger)s AFTER %(event)s ON %(table)s "
            "REFERENCING %(rows)s FOR EACH STATEMENT EXECUTE FUNCTION %(function)s()",
            trigger=SQL.identifier(f"{source.function}_{event}"),
            event=SQL(event.upper()),
            table=SQL.identifier(source.table),
            rows=rows,
            function=SQL.identifier(source.function),
        )
        for event, rows in tables.items()
    ]


def drop_sql(source: Source) -> SQL:
    """Return the statement that takes the triggers of a table away."""
    return SQL("DROP FUNCTION IF EXISTS %s CASCADE", SQL.identifier(source.function))
