"""The right answers to a practice desk, told to the server without a screen."""

from ..comparison.practice import SUBJECTS


class Answers:
    """Turns tasks into what ``action_resolve`` takes.

    :param comparison: PracticeComparison, which finds what tasks are about.
    """

    def __init__(self, comparison):
        self.comparison = comparison
        self.env = comparison.env

    def values(self, task, exception):
        """Return the values of the verb of a task."""
        values = dict(task.values)
        if task.chosen:
            values["chosen"] = [self.chosen(task, exception)]
        if twin := values.get("twin_id"):
            values["twin_id"] = self._row(twin).id
        if party := values.get("partner_id"):
            values["partner_id"] = self._partner(party).id
        return values

    def chosen(self, task, exception):
        """Return the key of the candidate that is right."""
        found = exception.pane_data()["candidates"]
        names = [each["name"] for each in found if task.chosen in each["name"]]
        wanted = [each for each in found if task.chosen in each["name"]]
        if len(wanted) != 1:
            raise AssertionError(f"{task}: {names} of {[e['name'] for e in found]}")
        return [wanted[0]["model"], wanted[0]["id"], wanted[0]["amount_minor"]]

    def _row(self, name):
        return self.env[SUBJECTS["row"]].search(
            [
                ("company_id", "=", self.comparison.company.id),
                ("external_id", "=", name),
                ("is_current", "=", True),
            ]
        )

    def _partner(self, key):
        return self.env["res.partner"].search(
            [("company_id", "=", self.comparison.company.id), ("ref", "=", key)]
        )
