"""Who may touch entries of ours: code that shows an object nobody else can name."""

CONTEXT_KEY = "settlement_token"
# A context that comes over RPC holds plain data and never this very object.
TOKEN = object()


def allowed(env):
    """Return whether the caller is code of ours that keeps the records in step."""
    return env.context.get(CONTEXT_KEY) is TOKEN


def with_token(records):
    """Return ``records`` for code that keeps postings, matches and rows in step."""
    return records.with_context(**{CONTEXT_KEY: TOKEN})
