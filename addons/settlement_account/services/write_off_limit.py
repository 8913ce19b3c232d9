from decimal import Decimal

from ..planning.accounts import Rate

# Differences that nothing but a decision of ours explains.
WRITE_OFFS = ("rounding", "write_off")


class WriteOffLimit:
    """How much of a difference the policy lets go without an approver."""

    def __init__(self, company):
        self.env = company.env
        self.company = company
        self._limits = {}
        self._rates = {}

    def exceeds(self, backend, currency, minor, day):
        """Return whether a difference needs an approver; without policy none does.

        :param minor: minor units of ``currency``, of any sign.
        :param day: whose rate counts.
        """
        limit = self._limit(backend)
        if limit is None:
            return False
        return self._rate(currency, day).to_company(abs(minor)) > limit

    def _limit(self, backend):
        """Return the limit in minor units of the company, None without a policy."""
        if backend not in self._limits:
            policy = self.env["settlement.posting.policy"]._policy_for(backend)
            self._limits[backend] = (
                self._minor(policy._value("write_off_limit")) if policy else None
            )
        return self._limits[backend]

    def _minor(self, amount):
        decimals = self.company.currency_id.decimal_places
        return int(Decimal(repr(amount)).scaleb(decimals))

    def _rate(self, currency, day):
        own = self.company.currency_id
        if currency == own:
            return Rate()
        if (currency, day) not in self._rates:
            value = currency._get_conversion_rate(currency, own, self.company, day)
            self._rates[currency, day] = Rate(
                Decimal(repr(value)), currency.decimal_places, own.decimal_places
            )
        return self._rates[currency, day]
