"""The spelling and hash of references as SQL; Python's twin is canonical."""

from odoo.tools import SQL


def reference_text_sql(reference_type, text):
    """Return the comparable spelling of ``text`` (SQL twin of ``normalise``)."""
    return SQL(
        """
        CASE %(type)s
            WHEN 'provider' THEN btrim(%(text)s)
            WHEN 'email' THEN lower(btrim(%(text)s) COLLATE "C")
            ELSE upper(regexp_replace(%(text)s, '[^A-Za-z0-9]+', '', 'g') COLLATE "C")
        END
        """,
        type=reference_type,
        text=text,
    )


def reference_key_sql(reference_type, text):
    """Return the 64-bit hash that matching joins on."""
    return SQL(
        "hashtextextended(%(type)s || ':' || %(text)s, 0)",
        type=reference_type,
        text=text,
    )
