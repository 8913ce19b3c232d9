"""Encodings that files of money come in, and what the bytes say of theirs."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

UTF_8 = "utf-8"
# What a layout may name. ``utf-8`` has its mark or not.
ENCODINGS: dict[str, str] = {
    UTF_8: "Unicode (UTF-8)",
    "utf-16": "Unicode (UTF-16)",
    "utf-16-le": "Unicode (UTF-16, little endian)",
    "utf-16-be": "Unicode (UTF-16, big endian)",
    "cp1252": "Western Europe (Windows)",
    "iso8859-1": "Western Europe (ISO 8859-1)",
    "iso8859-15": "Western Europe (ISO 8859-15)",
    "cp850": "Western Europe (DOS)",
    "mac-roman": "Western Europe (old Macintosh)",
    "cp1250": "Central Europe (Windows)",
    "iso8859-2": "Central Europe (ISO 8859-2)",
    "cp1251": "Cyrillic (Windows)",
    "koi8-r": "Cyrillic (KOI8-R)",
    "cp1253": "Greek (Windows)",
    "cp1254": "Turkish (Windows)",
    "cp1255": "Hebrew (Windows)",
    "cp1256": "Arabic (Windows)",
    "cp1257": "Baltic (Windows)",
    "cp874": "Thai (Windows)",
    "cp1258": "Vietnamese (Windows)",
    "cp932": "Japanese (Shift-JIS)",
    "euc_jp": "Japanese (EUC)",
    "gb18030": "Simplified Chinese",
    "big5": "Traditional Chinese",
    "cp949": "Korean",
}
_MARKS = (
    (codecs.BOM_UTF8, UTF_8),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The library tells scripts apart well, and the code pages of one script badly.
_OTHER_SCRIPTS = ("cp932", "euc_jp", "gb18030", "big5", "cp949", "cp1251", "cp1253")
_WORDS = {
    "cp932": "日 金額 手数料 売上 入金 番号 区分 取引 合計 加盟店 決済",
    "euc_jp": "金額 手数料 売上 入金 番号 区分 取引 合計 加盟店 決済",
    "gb18030": "金额 手续费 日期 交易 订单 时间 商户 退款 合计",
    "big5": "金額 手續費 日期 交易 訂單 時間 商店 退款 合計",
    "cp949": "금액 수수료 날짜 거래 일자 주문 번호 합계 결제",
    "cp1251": "Сумма сумма Дата дата Комиссия комиссия Платеж Заказ Возврат",
    "cp1253": "Ποσό Ημερομηνία Προμήθεια Συναλλαγή Ημ/νία",
}
_LATIN = ("cp1252", "cp1250", "cp850", "mac-roman")
_LETTERS = {
    "cp1252": "ÀÁÂÃÄÅÆÇÈÉÊËÍÎÏÑÓÔÕÖØÚÜÝàáâãäåæçèéêëíîïñóôõöøùúûüýßŒœŠšŽž€£§°º«»–—’‘“”…",
    "cp1250": "ĄĆĘŁŃÓŚŹŻąćęłńóśźżÁČĎÉĚÍŇŘŠŤÚŮÝŽáčďéěíňřšťúůýžŐőŰűÖÜöüĂăŞşŢţ€„”",
    "cp850": "ÄÖÜäöüßàáâçèéêëíîïñóôùúûæøåÅÉÑ£",
    "mac-roman": "ÄÖÜäöüßàáâçèéêëíîïñóôùúûæøåÅÉÑ£€",
}
_ENOUGH = 65_536
_LOST = re.compile("[\udc80-\udcff]")
_LOST_WIDE = re.compile("\ufffd")
# Half letters, which no file can store.
_HALVES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class EncodingGuess:
    """How the bytes of a sample are encoded, and how that shows."""

    encoding: str
    reason: str
    is_sure: bool = True
    alternatives: tuple[str, ...] = ()


def guess_encoding(sample: bytes) -> EncodingGuess:
    """Return the encoding of a text by its first bytes."""
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return EncodingGuess(encoding, "The file begins with the mark of Unicode.")
    if wide := _without_mark(sample):
        return EncodingGuess(wide, "Every second byte is zero.")
    if sample.isascii():
        return EncodingGuess(
            UTF_8, "The sample has plain letters only; all encodings agree on them."
        )
    if _is_utf_8(sample):
        return EncodingGuess(UTF_8, "All letters with accents are valid UTF-8.")
    return _guess_code_page(sample[:_ENOUGH])


def _without_mark(sample: bytes) -> str:
    head = sample[:2000]
    if len(head) < 4:
        return ""
    odd, even = head[1::2].count(0), head[::2].count(0)
    if odd > len(head) // 4 and even < odd // 8:
        return "utf-16-le"
    if even > len(head) // 4 and odd < even // 8:
        return "utf-16-be"
    return ""


def _is_utf_8(sample: bytes) -> bool:
    try:
        # A letter that the end of the sample cuts in two is none of its mistakes.
        codecs.getincrementaldecoder(UTF_8)().decode(sample, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _guess_code_page(sample: bytes) -> EncodingGuess:
    script = _other_script(sample)
    if script:
        return EncodingGuess(
            script,
            f"The bytes read as {ENCODINGS[script]}; look at the letters.",
            False,
            ("cp1252",),
        )
    scores = {each: _score(sample, each) for each in _LATIN}
    best = max(_LATIN, key=lambda each: scores[each])
    others = tuple(each for each in _LATIN if each != best and scores[each] > 0)
    return EncodingGuess(
        best,
        f"It is no UTF-8, and reads as {ENCODINGS[best]}; look at the letters with "
        "accents.",
        False,
        others,
    )


def _other_script(sample: bytes) -> str:
    """Return the encoding of another script than the Latin one, "" for Latin."""
    for encoding, words in _WORDS.items():
        # Two words of money by chance in the wrong encoding are next to impossible.
        if sum(word.encode(encoding) in sample for word in words.split()) > 1:
            return encoding
    best = from_bytes(sample, cp_isolation=[*_OTHER_SCRIPTS, "cp1252"]).best()
    if best is None or best.encoding not in _OTHER_SCRIPTS:
        return ""
    text = sample.decode(best.encoding, "replace")
    letters = sum(each.isalpha() and ord(each) > 0x24F for each in text)
    strange = sum(ord(each) > 0x7F for each in text)
    return best.encoding if letters * 10 >= strange * 7 else ""


def _score(sample: bytes, encoding: str) -> int:
    """Return how many letters beyond ASCII are usual less those that are not."""
    high = [each for each in sample.decode(encoding, "replace") if ord(each) > 0x7F]
    usual = sum(each in _LETTERS[encoding] for each in high)
    return 2 * usual - len(high)


def codec_of(encoding: str) -> tuple[str, str]:
    """Return how Python calls an encoding, and what it does with wrong bytes."""
    if encoding == UTF_8:
        return "utf-8-sig", "surrogateescape"
    if encoding.startswith("utf-16"):
        return encoding, "replace"
    return encoding, "surrogateescape"


def has_lost_bytes(text: str, encoding: str) -> bool:
    """Say whether a line had bytes that are no letters of its encoding."""
    if text.isascii():
        return False
    lost = _LOST_WIDE if encoding.startswith("utf-16") else _LOST
    return lost.search(text) is not None


def printable(text: str) -> str:
    """Return a text that can be stored: wrong bytes and null characters replaced."""
    if text.isascii():
        return text.replace("\0", "\ufffd")
    return _HALVES.sub("\ufffd", text).replace("\0", "\ufffd")
