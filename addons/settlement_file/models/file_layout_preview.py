from io import BytesIO
from itertools import islice

from odoo import api, fields, models

from odoo.addons.settlement.canonical.errors import SettlementError

from ..expressions.language import functions
from ..layout.definition import LayoutError
from ..mapping.parse import parse, preview
from ..screen.comparison import compare
from .file_layout_setting import SETTINGS

PREVIEW_ROWS = 20
SHOWN_DIFFERENCES = 50
# Facts of a sample that are compared; a sample has a few thousand.
MOST_FACTS = 20_000


class SettlementFileLayout(models.Model):
    """What a layout makes of its sample: shown while it is edited, kept nowhere."""

    _inherit = "settlement.file.layout"

    finding_html = fields.Html(compute="_compute_finding_html", sanitize=False)
    preview_html = fields.Html(compute="_compute_preview_html", sanitize=False)
    accepted_count = fields.Integer("Good Rows", compute="_compute_preview_html")
    rejected_count = fields.Integer("Put Aside", compute="_compute_preview_html")
    comparison_html = fields.Html(compute="_compute_comparison_html", sanitize=False)
    function_html = fields.Html(compute="_compute_function_html", sanitize=False)

    def _compute_function_html(self):
        for layout in self:
            layout.function_html = layout._render(
                "layout_functions", functions=functions()
            )

    @api.depends("findings", "sample_is_cut")
    def _compute_finding_html(self):
        for layout in self:
            layout.finding_html = layout._render(
                "layout_findings", found=layout.findings or {}
            )

    @api.depends(
        lambda self: ["name", "sample", "findings", *SETTINGS, *self._part_paths()]
    )
    def _compute_preview_html(self):
        for layout in self:
            shown, problem = layout._preview()
            layout.preview_html = layout._render(
                "layout_preview", preview=shown, problem=problem
            )
            counts = shown.counts if shown else {}
            layout.accepted_count = counts.get("accepted", 0)
            layout.rejected_count = counts.get("rejected", 0)

    def preview_sample(self):
        """Return what the layout makes of its sample, as plain values.

        Nothing is written, neither canonical facts nor anything else.

        :return: dict with ``problem`` (text, empty if rows can be read), ``counts``
            (``rows, accepted, rejected, skipped``), ``kinds`` (accepted rows by kind),
            ``totals`` (dicts by account and currency, amounts as text), ``rejected``
            (dicts ``number, reason, raw``) and ``checks`` (dicts ``name, sentence,
            is_right``).
        """
        self.ensure_one()
        self.check_access("read")
        shown, problem = self._preview()
        if shown is None:
            return {"problem": problem}
        return {
            "problem": shown.problem,
            "counts": dict(shown.counts),
            "kinds": dict(shown.kinds),
            "totals": [self._plain_total(total) for total in shown.totals],
            "rejected": [
                {"number": row.number, "reason": row.reason, "raw": row.raw}
                for row in shown.rejected
            ],
            "checks": [
                {"name": c.name, "sentence": c.sentence, "is_right": c.is_right}
                for c in shown.checks
            ],
        }

    @api.model
    def _plain_total(self, total):
        names = ("gross_amount", "fee_amount", "tax_amount", "net_amount")
        return {
            "account_identifier": total.account_identifier,
            "currency": total.currency,
            "rows": total.rows,
            **{name: str(getattr(total, name)) for name in names},
        }

    def _preview(self):
        """Return the preview of the sample, or None and why there is none."""
        self.ensure_one()
        sample = self._sample_bytes()
        if not sample:
            return None, self.env._("There is no sample to try it on yet.")
        try:
            layout = self._layout()
        except LayoutError as error:
            return None, self._sentence_of(error)
        return preview(layout, sample, self.sample_name or "", PREVIEW_ROWS), ""

    @api.depends(
        lambda self: ["name", "sample", "previous_id", *SETTINGS, *self._part_paths()]
    )
    def _compute_comparison_html(self):
        for layout in self:
            former = layout._compared_with()
            layout.comparison_html = bool(former) and layout._comparison_html(former)

    def _comparison_html(self, former):
        """Return what differs between an earlier version and this one, on a screen."""
        found, problem = self._comparison(former)
        return self._render(
            "layout_comparison",
            former=former,
            comparison=found,
            problem=problem,
            shown=found.differences[:SHOWN_DIFFERENCES] if found else (),
            labels=self.env["settlement.transaction"]._fields,
        )

    def _compared_with(self):
        """Return the version that this one would take the place of, or none."""
        self.ensure_one()
        earlier = self.origin_id.version_ids.filtered(
            lambda layout: layout.version < self.version and layout.definition
        )
        return earlier.sorted("version")[-1:] or self.browse()

    def _comparison(self, former):
        """Return what differs between two versions on this sample, or why not."""
        try:
            return compare(former._sample_facts(self), self._sample_facts(self)), ""
        except (LayoutError, SettlementError) as error:
            return None, str(error)

    def _sample_facts(self, holder):
        """Return what this version reads in the sample of another."""
        stream = BytesIO(holder._sample_bytes())
        facts = parse(self._layout(), stream, holder.sample_name or "")
        return list(islice(facts, MOST_FACTS))

    def _render(self, template, **values):
        """Return a piece of the screen as HTML."""
        self.ensure_one()
        return self.env["ir.qweb"]._render(
            f"settlement_file.{template}", {"layout": self, **values}
        )
