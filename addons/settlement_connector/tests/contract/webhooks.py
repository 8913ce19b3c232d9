"""Events: signed, once, in any order, and never believed."""

from ...models import backend_webhook
from ...webhooks.refusal_meter import RefusalMeter
from .base import needs

KEPT, REFUSED, UNAVAILABLE = 200, 400, 503


class WebhooksContract:
    """An event is a reason to ask the provider, and nothing else."""

    def send(self, headers, body, backend=None):
        """Deliver a request to the webhook of a backend; return the status."""
        backend = (backend or self.backend).sudo()
        self.patch(backend_webhook, "_refusals", RefusalMeter())
        if not backend.webhook_token:
            backend.action_renew_webhook()
        if backend.state == "draft":
            backend._set_state("connected")
        names = {name.lower(): value for name, value in headers.items()}
        return self.env["settlement.backend"]._receive_webhook(
            backend.webhook_token, _Headers(names), body
        )

    def work(self, backend=None):
        """Do what the scheduled actions do: read, fetch, read what was fetched."""
        self.parse(backend)
        self.env["settlement.backend"]._pull_all_announced(lambda: None)
        self.parse(backend)

    def events(self, backend=None):
        """Return the events that were kept."""
        return self.messages(backend, channel="webhook")

    @needs("webhook")
    def test_a_signed_event_brings_its_row(self):
        row = self.row()
        self.show(self.server, [row])
        self.assertEqual(self.send(*self.event_of(row)), KEPT)
        self.assertFalse(self.server.log, "Nobody is asked inside the request.")
        self.work()
        self.assert_row(row)

    @needs("webhook")
    def test_the_same_event_again(self):
        row = self.row()
        self.show(self.server, [row])
        for _delivery in range(3):
            self.assertEqual(self.send(*self.event_of(row)), KEPT)
            self.work()
        self.assertEqual(len(self.events()), 1)
        self.assert_row(row)

    @needs("webhook")
    def test_several_events_about_one_row(self):
        row = self.row()
        self.show(self.server, [row])
        for number in (2, 1, 3):
            self.assertEqual(self.send(*self.event_of(row, number)), KEPT)
        self.work()
        self.assertEqual(len(self.events()), 3)
        self.assert_row(row)

    @needs("webhook")
    def test_a_wrong_signature(self):
        headers, body = self.event_of(self.row(), secret="not-the-secret-of-ours")
        self.assertEqual(self.send(headers, body), REFUSED)
        self.assertEqual(self.send({}, body), REFUSED)
        self.assertFalse(self.events())

    @needs("webhook")
    def test_a_changed_body(self):
        headers, body = self.event_of(self.row())
        for changed in (body + b" ", body.replace(b"5", b"6"), b"", b"{}"):
            self.assertEqual(self.send(headers, changed), REFUSED)
        self.assertFalse(self.events())

    @needs("webhook")
    def test_a_secret_that_is_missing(self):
        others = dict(self.credentials)
        others.pop(self.webhook_credential)
        backend = self.new_backend(self.server, others)
        status = self.send(*self.event_of(self.row()), backend=backend)
        self.assertEqual(status, UNAVAILABLE, "The provider shall send it again.")

    @needs("webhook")
    def test_a_secret_that_is_being_replaced(self):
        secret = self.credentials[self.webhook_credential]
        other = f"{secret[:-6]}{secret[:5:-1]}"
        self.backend.set_credential(self.webhook_credential, [other, secret])
        for number, each in enumerate((secret, other), 1):
            event = self.event_of(self.row(), number, secret=each)
            self.assertEqual(self.send(*event), KEPT)

    @needs("webhook", "pull")
    def test_an_event_and_a_pull_bring_one_row(self):
        row = self.row()
        self.show(self.server, [row])
        self.send(*self.event_of(row))
        self.work()
        self.pull()
        self.assert_row(row)

    @needs("webhook")
    def test_an_event_about_nothing(self):
        """What an event says is not believed: the provider knows of no such row."""
        ghost = self.row(999)
        self.assertEqual(self.send(*self.event_of(ghost)), KEPT)
        self.work()
        self.assertFalse(self.of_row(ghost))


class _Headers(dict):
    """Headers by any case, as a request has them."""

    def get(self, name, default=None):
        return super().get(name.lower(), default)

    def __getitem__(self, name):
        return super().__getitem__(name.lower())

    def __contains__(self, name):
        return super().__contains__(name.lower())
