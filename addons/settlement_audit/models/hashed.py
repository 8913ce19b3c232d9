from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import split_every

from ..chain import pinned

CHUNK = 100_000
"""Rows per statement."""

# How a column is written as text: never NULL for a value, the same under every
# setting of the session (DateStyle, time zone, extra_float_digits).
_TEXT_OF_COLUMN = {
    "bool": "%s::text",
    "int4": "%s::text",
    "int8": "%s::text",
    "varchar": "%s::text",
    "text": "%s::text",
    "jsonb": "%s::text",
    "numeric": "trim_scale(%s)::text",
    "float8": "encode(float8send(%s), 'hex')",
    "date": "to_char(%s::timestamp, 'YYYY-MM-DD AD')",
    "timestamp": "to_char(%s, 'YYYY-MM-DD\"T\"HH24:MI:SS.US AD')",
    "bytea": "encode(sha256(%s), 'hex')",
}

# A function of PostgreSQL takes 100 arguments at most.
_ARGUMENTS = 90


class SettlementHashed(models.AbstractModel):
    """Rows that carry a hash of their own content.

    A subclass names its immutable stored columns in ``_hashed_fields``. The hash is
    the SHA-256 of the UTF-8 text ::

        <model>;<field>=<literal>,<field>=<literal>

    in the order of ``_hashed_fields``. A literal is the value as PostgreSQL's
    ``quote_literal`` writes it, so no value can imitate another field. A field
    without value is left out: adding a field later, empty in the rows that exist,
    leaves their hashes valid. Numbers are written without trailing zeros.

    One expression writes and verifies; both happen inside the database.
    """

    _name = "settlement.hashed"
    _description = "Rows with a hash of their content"

    _hashed_fields: tuple[str, ...] = ()

    # Whether hashed fields may change, with the hash written anew and a new event
    # for the row. The verification then believes the latest event about a row;
    # otherwise all events about it have to agree.
    _can_be_resealed = False

    row_hash = fields.Char(
        "Fingerprint",
        size=64,
        readonly=True,
        copy=False,
        help="SHA-256 of the recorded content. It proves that nobody altered the row.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Create the rows and hash them."""
        records = super().create(vals_list)
        records._seal_rows()
        return records

    @api.model
    def _row_hash_sql(self, alias):
        """Return the hash of a row as an SQL expression (64 hex digits).

        :param alias: name of the table or of a derived table whose columns have the
            names and the types of the fields
        """
        parts = [self._hash_part_sql(alias, name) for name in self._hashed_fields]
        texts = [
            SQL("nullif(concat_ws(',', %s), '')", SQL(", ").join(chunk))
            for chunk in split_every(_ARGUMENTS, parts)
        ]
        return SQL(
            "encode(sha256(convert_to(%s || concat_ws(',', %s), 'UTF8')), 'hex')",
            f"{self._name};",
            SQL(", ").join(texts),
        )

    @api.model
    def _hash_part_sql(self, alias, name):
        """Return ``name=literal`` of one field as SQL, NULL if it has no value."""
        column_type = self._hashed_column_type(name)
        text = SQL(_TEXT_OF_COLUMN[column_type], SQL.identifier(alias, name))
        return SQL("%s || quote_literal(%s)", f"{name}=", text)

    @api.model
    def _hashed_column_type(self, name):
        """Return PostgreSQL's type of a hashed field.

        :raises TypeError: if the field has no column of its own, or one whose
            content depends on language or company
        """
        field = self._fields[name]
        column_type = field.store and field.column_type and field.column_type[0]
        varies = field.translate or field.company_dependent
        if not column_type or varies or column_type not in _TEXT_OF_COLUMN:
            raise TypeError(f"{field} cannot be part of the hash of a row.")
        return column_type

    def _seal_rows(self):
        """Write the hash of these rows, set-wise, replacing an earlier one."""
        self.flush_recordset([name for name in self._hashed_fields if name != "id"])
        for ids in split_every(CHUNK, self.ids, list):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s AS hashed SET row_hash = %s WHERE hashed.id = ANY(%s)",
                    SQL.identifier(self._table),
                    self._row_hash_sql("hashed"),
                    ids,
                )
            )
        self.invalidate_recordset(["row_hash"], flush=False)

    @api.model
    def _altered_rows(self, domain_sql=None):
        """Return the ids of the rows whose content is not what was hashed.

        A row without hash counts as altered.

        :param domain_sql: SQL condition on the columns of the table, to narrow down
        """
        self.flush_model()
        query = SQL(
            "SELECT id FROM %(table)s WHERE row_hash IS DISTINCT FROM %(hash)s"
            " AND (%(condition)s) ORDER BY id",
            table=SQL.identifier(self._table),
            hash=self._row_hash_sql(self._table),
            condition=domain_sql or SQL("TRUE"),
        )
        return [row_id for (row_id,) in self.env.execute_query(query)]

    @api.model
    def _merkle_root(self, ids):
        """Return the Merkle root over the row hashes of ``ids``, in order of id."""
        return self._pin_rows(ids).root

    @api.model
    def _pin_rows(self, ids):
        """Return :class:`pinned.PinnedRows` of these rows as they are stored now."""
        return pinned.pin(self._stored_hashes(ids))

    @api.model
    def _stored_hashes(self, ids):
        """Yield ``(id, row_hash)`` of those of ``ids`` that exist, ascending."""
        for chunk in split_every(CHUNK, sorted(set(ids)), list):
            yield from self.env.execute_query(
                SQL(
                    "SELECT id, row_hash FROM %s WHERE id = ANY(%s) ORDER BY id",
                    SQL.identifier(self._table),
                    chunk,
                )
            )
