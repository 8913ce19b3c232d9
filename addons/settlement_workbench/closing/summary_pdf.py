"""The summary of an evidence pack as PDF, without clock and random numbers in it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

FALLBACK_FONT = "Helvetica"
FONT = "SettlementText"
MARGIN = 14 * mm
TONES = {
    "ok": colors.HexColor("#1b7f4b"),
    "warning": colors.HexColor("#8a6100"),
    "blocking": colors.HexColor("#b02a37"),
    "unknown": colors.HexColor("#555b61"),
}
RULE = colors.HexColor("#c9ced3")


@dataclass(frozen=True, slots=True)
class Line:
    """One check, in words."""

    name: str
    state: str
    state_words: str
    sentence: str
    amount: str
    signed: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What the first page says.

    :ivar facts: pairs of label and value.
    :ivar heads: titles of the columns of the checks.
    :ivar files: rows of name, number of rows and SHA-256 of each list.
    """

    title: str
    answer: str
    facts: Sequence[tuple[str, str]]
    heads: Sequence[str]
    lines: Sequence[Line]
    file_heads: Sequence[str]
    files: Sequence[tuple[str, str, str]]


def write_pdf(summary: Summary, font_path: str | None = None) -> bytes:
    """Return the summary as PDF.

    :param font_path: a TrueType font for names of all countries; without one,
        letters beyond Western Europe are not shown.
    """
    styles = _Styles(_font(font_path))
    target = io.BytesIO()
    document = SimpleDocTemplate(
        target,
        pagesize=landscape(A4),
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=summary.title,
        author="",
        invariant=1,
    )
    document.build(_story(summary, styles))
    return target.getvalue()


def _font(path: str | None) -> str:
    if not path:
        return FALLBACK_FONT
    pdfmetrics.registerFont(TTFont(FONT, path))
    return FONT


class _Styles:
    def __init__(self, font: str) -> None:
        self.font = font
        self.title = self._style(16, 20)
        self.text = self._style(9.5, 13)
        self.cell = self._style(8, 10)
        self.head = self._style(8, 10, textColor=colors.white)
        self.number = self._style(8, 10, alignment=2)
        self.code = self._style(6.5, 8)

    def _style(self, size: float, leading: float, **options: object) -> ParagraphStyle:
        return ParagraphStyle(
            f"s{size}{len(options)}",
            fontName=self.font,
            fontSize=size,
            leading=leading,
            **options,
        )

    def state(self, state: str) -> ParagraphStyle:
        """Return the style of a result: colour beside its word."""
        return self._style(8, 10, textColor=TONES.get(state, colors.black))


def _story(summary: Summary, styles: _Styles) -> list:
    facts = " · ".join(f"{label}: {value}" for label, value in summary.facts)
    return [
        _paragraph(summary.title, styles.title),
        _paragraph(facts, styles.text),
        Spacer(1, 3 * mm),
        _paragraph(summary.answer, styles.text),
        Spacer(1, 4 * mm),
        _checks(summary, styles),
        Spacer(1, 6 * mm),
        _files(summary, styles),
    ]


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(_plain(text)), style)


def _plain(text: str) -> str:
    """Return a text without the invisible signs that fonts do not have."""
    return (text or "").replace("\ufeff", "").replace("\u200b", "")


def _checks(summary: Summary, styles: _Styles) -> Table:
    rows = [[_paragraph(head, styles.head) for head in summary.heads]]
    for line in summary.lines:
        rows.append(
            [
                _paragraph(line.name, styles.cell),
                _paragraph(line.state_words, styles.state(line.state)),
                _paragraph(line.sentence, styles.cell),
                _paragraph(line.amount, styles.number),
                _paragraph(line.signed, styles.cell),
            ]
        )
    widths = [52 * mm, 24 * mm, 105 * mm, 30 * mm, 58 * mm]
    return _table(rows, widths)


def _files(summary: Summary, styles: _Styles) -> Table:
    rows = [[_paragraph(head, styles.head) for head in summary.file_heads]]
    for name, count, digest in summary.files:
        rows.append(
            [
                _paragraph(name, styles.cell),
                _paragraph(count, styles.number),
                _paragraph(digest, styles.code),
            ]
        )
    return _table(rows, [60 * mm, 24 * mm, 120 * mm])


def _table(rows: list, widths: list[float]) -> Table:
    table = Table(rows, colWidths=widths, repeatRows=1, hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#714b67")),
                ("LINEBELOW", (0, 1), (-1, -1), 0.4, RULE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ]
        )
    )
    return table
