"""The spelling and hash of references as SQL; Python's twin is canonical."""

from odoo.tools import SQL

from ..canonical import spelling


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


def squeezed_sql(text):
    """Return what stays of a badly read reference (SQL twin of ``squeeze``).

    :param text: SQL expression of a reference in comparable spelling.
    """
    kept = [
        pair for pair in spelling.CONFUSED.items() if pair[0] not in spelling.LEFT_OUT
    ]
    letters = "".join(letter for letter, _digit in kept)
    digits = "".join(digit for _letter, digit in kept)
    return SQL("translate(%s, %s, %s)", text, letters + spelling.LEFT_OUT, digits)


def squeezed_key_sql(text):
    """Return the 64-bit hash by which badly read references are looked up.

    ``settlement.document.reference`` has an index of this very expression.

    :param text: SQL expression of a reference in comparable spelling.
    """
    return SQL("hashtextextended(%s, 0)", squeezed_sql(text))
