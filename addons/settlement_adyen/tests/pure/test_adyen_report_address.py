"""Where reports are: only what Adyen would say itself leads to a download."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.errors import BusinessError
from odoo.addons.settlement_adyen.client.report_address import (
    ReportAddress,
    number_of,
    of_announcement,
    of_target,
)

ACCOUNT = "ExampleShopEU"
NAME = "settlement_detail_report_batch_12.csv"
PATH = f"/reports/download/MerchantAccount/{ACCOUNT}/{NAME}"


def test_a_batch_has_an_address_and_a_number():
    report = ReportAddress.of_batch(ACCOUNT, 12)
    assert (report.path, report.filename) == (PATH, NAME)
    assert number_of(report.filename) == 12
    assert of_target(report.target) == report


def test_an_account_with_a_space_is_quoted():
    report = ReportAddress("Example Shop", "a.csv")
    assert report.path == "/reports/download/MerchantAccount/Example%20Shop/a.csv"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "settlement_detail_report_batch_.csv",
        "settlement_detail_report_batch_0.csv",
        "settlement_detail_report_batch_012.csv",
        "settlement_detail_report_batch_12.csv.zip",
        "settlement_detail_report_batch_12.csv\n",
        "settlement_detail_report_batch_１２.csv",
        "settlement_detail_report_2026_03_01.csv",
        "old_settlement_detail_report_batch_12.csv",
    ],
)
def test_other_names_are_of_no_batch(name):
    assert number_of(name) == 0


@pytest.mark.parametrize("account", ["", "../x", "a/b", "a?b", "a#b", "a|b", "ä", ".a"])
def test_what_is_no_account_becomes_no_part_of_an_address(account):
    with pytest.raises(BusinessError, match="merchant account"):
        ReportAddress.of_batch(account, 1)


@pytest.mark.parametrize(
    "name", ["", "../x", "a/b", "..", "a%2fb", "a b", "a|b", "a\n"]
)
def test_what_is_no_name_becomes_no_part_of_an_address(name):
    with pytest.raises(BusinessError, match="name of a report"):
        ReportAddress(ACCOUNT, name)


@pytest.mark.parametrize(
    "url",
    [
        f"https://ca-live.adyen.com{PATH}",
        f"https://ca-test.adyen.com:443{PATH}",
        f"https://CA-LIVE.ADYEN.COM{PATH}",
    ],
)
def test_an_address_at_adyen_is_believed(url):
    assert of_announcement(ACCOUNT, NAME, url) == ReportAddress(ACCOUNT, NAME)


def test_a_report_of_the_company():
    url = f"https://ca-live.adyen.com/reports/download/Company/{ACCOUNT}/{NAME}"
    assert of_announcement(ACCOUNT, NAME, url).path == url.partition(".com")[2]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ca-live.adyen.com",
        f"http://ca-live.adyen.com{PATH}",
        f"ftp://ca-live.adyen.com{PATH}",
        f"//ca-live.adyen.com{PATH}",
        f"https://ca-live.adyen.com:8443{PATH}",
        f"https://ca-live.adyen.com:x{PATH}",
        f"https://adyen.com.evil.example{PATH}",
        f"https://ca-live.adyen.com.evil.example{PATH}",
        f"https://evil-adyen.com{PATH}",
        f"https://adyen.com{PATH}",
        f"https://.adyen.com{PATH}",
        f"https://evil.example/ca-live.adyen.com{PATH}",
        f"https://ca-live.adyen.com@evil.example{PATH}",
        f"https://user:word@ca-live.adyen.com{PATH}",
        f"https://evil.example#.adyen.com{PATH}",
        f"https://evil.example?.adyen.com{PATH}",
        f"https://evil.example\\.adyen.com{PATH}",
        f"https://evil.example\n.adyen.com{PATH}",
        f"https://evil.example%2e.adyen.com{PATH}",
        f"https://[::1].adyen.com{PATH}",
        f"https://ca-live.adyen.com.{PATH}",
        f"https://ca-live.ädyen.com{PATH}",
        f"https://ca-live.adyen.com{PATH}?token=1",
        f"https://ca-live.adyen.com{PATH}#x",
        f"https://ca-live.adyen.com{PATH}/..",
        f"https://ca-live.adyen.com/x{PATH}",
        f"https://ca-live.adyen.com{PATH.replace(ACCOUNT, 'Another')}",
        f"https://ca-live.adyen.com{PATH.replace('12', '13')}",
        f"https://ca-live.adyen.com{PATH.replace('Merchant', 'Some')}",
    ],
)
def test_any_other_address_is_not(url):
    with pytest.raises(BusinessError, match="none of Adyen's"):
        of_announcement(ACCOUNT, NAME, url)


@given(st.text(max_size=80))
def test_no_text_breaks_it(text):
    for values in ((text, NAME, ""), (ACCOUNT, text, ""), (ACCOUNT, NAME, text)):
        with pytest.raises(BusinessError):
            of_announcement(*values)
