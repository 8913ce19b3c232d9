"""The sentences of a backtest: what a change would have done to one payment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .sentences import listing

# ``{would}``: what the change matches the payment with; ``{today}``: what holds now.
_SENTENCES = {
    "gained": "Nothing is matched with {payment} today. It would be matched with "
    "{would}.",
    "lost": "{payment} is matched with {today} by this rule. It would stay open.",
    "same": "{payment} stays matched with {today}.",
    "otherwise": "{payment} is matched with {today} by this rule. Without it, other "
    "evidence leads to {otherwise}.",
    "difference": "{payment} is matched with {today} today. It would be matched with "
    "{would}: the same document, another difference.",
    "settled_otherwise": "{payment} would be matched with {would}, which was settled "
    "by something else since.",
    "refused": "{payment} would be matched with {would}. A person undid exactly that "
    "as wrong.",
    "other_document": "{payment} would be matched with {would}. What is confirmed is "
    "{today}.",
    "other_account": "{payment} would go to {would}. What is confirmed is {today}.",
    "rest_paid": "{payment} would settle {would}. The rest that it would write off was "
    "paid later: {today} holds today.",
    "taken": "{payment} would be matched with {would}, which other payments settled.",
    "guess_gained": "Nothing is matched with {payment} today. Its payer and its amount "
    "would lead to {would} alone, as nothing else would fit any more.",
    "guess_lost": "{payment} would stay open: its payer and its amount lead to "
    "{otherwise} today, which would be settled by others or not be the only one.",
    "guess_changed": "Payer and amount of {payment} lead to {otherwise} today. They "
    "would lead to {would}.",
    "proved": "{payment} waits as a proposal with {today}. It would be confirmed "
    "without a person.",
    "unproved": "{payment} was matched with {today} without a person. It would wait "
    "as a proposal.",
    "proved_wrong": "{payment} was proposed with {today}, and a person refused it. It "
    "would be confirmed without a person.",
}


@dataclass(frozen=True, slots=True)
class Words:
    """What a sentence speaks of, names and money already written out."""

    payment: str
    would: Sequence[str] = ()
    today: Sequence[str] = ()
    otherwise: Sequence[str] = ()


def reason_sentence(reason: str, words: Words) -> str:
    """Return the sentence that explains the outcome of one payment.

    :param reason: code of a verdict.
    """
    return _SENTENCES[reason].format(
        payment=words.payment,
        would=listing(list(words.would)) or "nothing",
        today=listing(list(words.today)) or "nothing",
        otherwise=listing(list(words.otherwise)) or "nothing",
    )


def bound_sentence(rows: int, since: str, unread: int = 0) -> str:
    """Return what to say when a backtest did not look at everything it was to.

    :param rows: how many payments were replayed, since: the first day of them if
        there were more, unread: how many of them were beyond the bound of a stage.
    """
    sentences = []
    if since:
        sentences.append(
            f"Only the latest {rows} payments were replayed, back to {since}: that is "
            "as many as one backtest takes. Choose a shorter time for the rest."
        )
    if unread:
        sentences.append(
            f"The texts of {unread} payments were not read: that is more than one run "
            "reads. Choose a shorter time to have them read as well."
        )
    return " ".join(sentences)
