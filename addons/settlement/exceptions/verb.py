"""The verbs that resolve exceptions: what each is for, for whom, and who agrees."""

from __future__ import annotations

from dataclasses import dataclass

APPROVALS: tuple[str, ...] = ("never", "limit", "always")


@dataclass(frozen=True, slots=True)
class Verb:
    """One way to resolve an exception.

    :param label: what its button says, in the language of the user.
    :param reasons: reasons it is offered for; empty: any.
    :param groups: roles that may use it, one of them is enough; names without addon.
    :param approval: whether another person has to agree: ``never``, ``limit`` (only
        above the limit of the company) or ``always``.
    :param needs: names of values that must be given and not be empty.
    :param never_for: reasons it is never offered for, even where it fits any.
    :param ends: whether it ends the exception, so that its row leaves the queue.
    :param together: whether its method takes many exceptions in one go.
    :param effect: what it does and what will be posted, in one plain sentence.
    :param posts: whether it makes entries, or changes what entries settle, at once:
        they can be shown before.
    """

    label: str
    reasons: tuple[str, ...] = ()
    groups: tuple[str, ...] = ("group_accountant",)
    approval: str = "never"
    needs: tuple[str, ...] = ()
    never_for: tuple[str, ...] = ()
    ends: bool = True
    together: bool = False
    effect: str = ""
    posts: bool = False

    def __post_init__(self) -> None:
        if self.approval not in APPROVALS:
            raise ValueError(f"{self.approval!r} is none of {', '.join(APPROVALS)}.")
        if not self.groups:
            raise ValueError(f"Nobody could use the verb {self.label!r}.")

    def fits(self, reason: str) -> bool:
        """Return whether it is offered for exceptions of ``reason``."""
        if reason in self.never_for:
            return False
        return not self.reasons or reason in self.reasons

    def missing(self, values: dict[str, object]) -> list[str]:
        """Return the names of the values that it needs and that are not given."""
        return [name for name in self.needs if not _given(values.get(name))]

    def asks(self, amount: int | None, limit: int | None) -> bool:
        """Return whether another person has to agree.

        :param amount: what is decided on, in minor units of the company's currency,
            or None if no money is known to hang on it.
        :param limit: up to which amount one person decides alone; None: no limit.
        """
        if self.approval != "limit":
            return self.approval == "always"
        return limit is not None and amount is not None and abs(amount) > limit


def _given(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else bool(value)


def offered(verbs: dict[str, Verb], reason: str) -> list[str]:
    """Return the names of the verbs for ``reason``, those made for it first."""
    fitting = [name for name, verb in verbs.items() if verb.fits(reason)]
    return sorted(fitting, key=lambda name: not verbs[name].reasons)


def suggested(
    verbs: dict[str, Verb], reason: str, wished: list[str], most: int = 2
) -> list[str]:
    """Return the few verbs to show as buttons of a row.

    :param wished: what the one who opened the exception suggests, best first.
    """
    names = [name for name in wished if name in verbs and verbs[name].fits(reason)]
    names += [name for name in offered(verbs, reason) if verbs[name].reasons]
    return list(dict.fromkeys(names))[:most]
