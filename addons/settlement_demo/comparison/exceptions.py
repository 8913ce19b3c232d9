"""Open exceptions against what a person really has to see."""

from collections import Counter

_SUBJECTS = {
    "settlement.transaction": "row",
    "settlement.batch": "batch",
    "settlement.message": "message",
    "settlement.backend": "backend",
    "settlement.webhook.refusal": "webhook",
}
_BATCHES = ("payout", "statement")
OPEN_STATES = ("open", "in_progress", "waiting_approval")


def exception_differences(env, truth, keys):
    """Yield a sentence for each exception that is missing or not called for."""
    found = Counter(_found(env, keys, OPEN_STATES))
    expected = Counter(_expected(truth, False))
    for name in sorted(expected - found):
        yield f"exception is missing: {' '.join(name)}"
    for name in sorted(found - expected):
        yield f"exception is not called for: {' '.join(name)}"
    closed = set(_found(env, keys, ("resolved",)))
    for name in sorted(set(_expected(truth, True)) - closed):
        yield f"exception was never opened and closed: {' '.join(name)}"


def _expected(truth, resolved):
    for exception in truth.exceptions:
        if exception.resolved == resolved:
            is_batch = exception.subject in _BATCHES
            subject = "batch" if is_batch else exception.subject
            yield exception.backend, subject, exception.key, exception.reason


def _found(env, keys, states):
    exceptions = env["settlement.exception"].search(
        [("company_id", "in", list(keys.companies)), ("state", "in", states)]
    )
    for exception in exceptions:
        if code := exception.source_code_id:
            # One exception for a code stands for all the rows that wait for it.
            yield from _waiting_rows(code, keys, exception.reason)
            continue
        model, record_id = exception.subject_model, exception.subject_id
        if exception.dispute_id:
            # What a dispute withdrew is the row that the truth speaks of.
            model, record_id = "settlement.transaction", exception.transaction_id.id
        subject = _SUBJECTS.get(model, model)
        key = _key(env, keys, subject, record_id)
        backend = keys.backends.get(exception.backend_id.id, "")
        yield backend, subject, key, exception.reason


def _waiting_rows(code, keys, reason):
    backend = keys.backends.get(code.backend_id.id, "")
    for row in code._rows():
        yield backend, "row", keys.rows.get(row.id, str(row.id)), reason


def _key(env, keys, subject, record_id):
    """Return how the truth names the subject of an exception."""
    if subject in ("backend", "webhook"):
        return ""
    if subject == "message":
        message = env["settlement.message"].browse(record_id)
        return message.filename or message.external_id
    known = {"row": keys.rows, "batch": keys.batches}.get(subject, {})
    return known.get(record_id, str(record_id))
