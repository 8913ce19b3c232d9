from decimal import Decimal

from odoo import api, fields, models


class SettlementBoard(models.AbstractModel):
    """Figures of the board, and the actions that show what is behind them."""

    _inherit = "settlement.board"

    @api.model
    def _figure(self, kpi, label, value, unit="count", **more):
        """Return one figure.

        :param kpi: its name, the same for ever.
        :param value: int or Decimal (as text in the answer), text or None: unknown.
        :param unit: ``count``, ``money``, ``percent``, ``days``, ``hours``, ``rate``,
            ``moment`` (UTC) or ``text``.
        :param more: ``group`` (heading it stands under), ``tone`` (``error`` or
            ``warning``), ``action``, ``count``, ``sum``, ``is_signed`` (say + too).
        """
        if value is not None and unit == "moment":
            value = fields.Datetime.to_string(value)
        display = None if value is None else self._display(value, unit, more)
        return {
            "kpi": kpi,
            "label": label,
            "value": str(value) if isinstance(value, Decimal) else value,
            "unit": unit,
            "display": display,
            "currency": more["currency"].name if more.get("currency") else None,
            "digits": more["currency"].decimal_places if more.get("currency") else 0,
            "group": more.get("group", ""),
            "tone": more.get("tone", ""),
            "action": more.get("action"),
            "count": more.get("count"),
            "sum": more.get("sum"),
        }

    @api.model
    def _display(self, value, unit, more):
        """Return a value as people read it in their language."""
        language = self.env["res.lang"]._lang_get(self.env.lang or "en_US")
        if unit == "money":
            sign = "+" if more.get("is_signed") and value > 0 else ""
            return sign + more["currency"].format(float(value))
        if unit == "percent":
            return f"{language.format('%.1f', float(value), grouping=True)} %"
        if unit in ("count", "rate"):
            return language.format("%d", int(value), grouping=True)
        if unit == "days":
            return self.env._("%(days)s d", days=value)
        if unit == "hours":
            return self.env._("%(hours)s h", hours=value)
        return value

    @api.model
    def _window(self, name, model, domain, **more):
        """Return the action that lists the records of a domain.

        None for who may not read them: the figure is shown without a way behind it.
        """
        if not self.env[model].has_access("read"):
            return None
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [(False, "list"), (False, "form")],
            "domain": domain,
            "target": "current",
            "context": {"create": False},
            **more,
        }

    @api.model
    def _list_view(self, xmlid):
        """Return the views of an action whose list is one of ours."""
        # Cached, unlike asking for the record itself.
        view_id = self.env["ir.model.data"]._xmlid_to_res_id(
            f"settlement_workbench.{xmlid}"
        )
        return [(view_id, "list"), (False, "form")]

    @api.model
    def _counted(self, kpi, label, model, domain, **more):
        """Return the figure that says how many records of a domain there are.

        :param more: as of :meth:`_figure`; ``value`` if the number is known already,
            ``views`` of the action, ``tone`` only if there are any.
        """
        value = more.pop("value", None)
        if value is None:
            # The company was checked; what the role may not list, it may count.
            value = self.env[model].sudo().search_count(domain)
        views = {"views": more.pop("views")} if "views" in more else {}
        tone = more.pop("tone", "")
        return self._figure(
            kpi,
            label,
            value,
            action=self._window(label, model, domain, **views),
            count=value,
            tone=tone if value else "",
            **more,
        )

    @api.model
    def _minor_to_major(self, amount, currency):
        """Return an amount in minor units, a Decimal, in units of its currency."""
        return Decimal(amount).scaleb(-currency.decimal_places)

    @api.model
    def _exact(self, amount, currency):
        """Return the Decimal that an amount is, with the decimals of its currency."""
        digits = Decimal(1).scaleb(-currency.decimal_places)
        return Decimal(str(amount)).quantize(digits)

    @api.model
    def _in_company(self, company, amount, currency):
        """Return an amount in the currency of the company, at today's rate.

        For shares and charts; no list adds up to it.
        """
        rate = currency._get_conversion_rate(
            currency, company.currency_id, company, fields.Date.context_today(self)
        )
        return Decimal(amount) * Decimal(str(rate))
