import pytest

from odoo.addons.settlement.canonical import bank_codes
from odoo.addons.settlement_match.engine import evidence, findings, sentences
from odoo.addons.settlement_match.engine.run import MatchRun

PAYMENT = findings.Payment("txn_1", "40.00 €", "2026-01-10")
INVOICE = findings.Document("INV/1", "100.00 €")
WORTH = findings.Worth("1 USD = 0.9 EUR", "90.00 €", "55.6", "2")


def test_rate_and_arithmetic_of_another_currency():
    sentence = findings.other_currency(PAYMENT, INVOICE, WORTH)
    for part in ("1 USD = 0.9 EUR", "90.00 €", "55.6 % off", "2 % are tolerated"):
        assert part in sentence
    assert "of that day" in sentence
    stated = findings.Worth("1 USD = 0.9 EUR", "90.00 €", "55.6", "2", True)
    assert "stated with" in findings.other_currency(PAYMENT, INVOICE, stated)
    assert "Enter the rate" in findings.other_currency(PAYMENT, INVOICE, None)


def test_amounts_by_a_rate_are_near_and_never_equal():
    for basis in (evidence.STATED_RATE, evidence.DAY_RATE):
        pieces = evidence.of_reference(evidence.INVOICE, "exact", basis)
        assert [piece["what"] for piece in pieces] == ["invoice", basis]
        same = evidence.of_reference(evidence.INVOICE, "exact")
        assert evidence.score(pieces) < evidence.score(same)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("ACMT/MDOP/CHRG", True),
        ("PMNT/CCRD/INTR", True),
        ("pmnt/mdop/comm", True),
        ("NCHG", True),
        ("FINT", True),
        ("PMNT/RCDT/ESCT", False),
        ("PMNT/RDDT/CHRG/AC04", False),
        ("NTRF", False),
        ("CHRG", False),
        ("", False),
    ],
)
def test_own_charges_of_the_bank(code, expected):
    assert bank_codes.is_own_charge(code) is expected


def test_contributions_add_up_to_the_score():
    for kind in evidence.REFERENCE_KINDS:
        for outcome in evidence.AMOUNT_WEIGHTS:
            for basis in evidence.BASES:
                pieces = evidence.of_reference(kind, outcome, basis)
                total = sum(piece["weight"] for piece in pieces)
                assert evidence.score(pieces) == total
                assert 0 < total <= 100


def test_exact_identifier_is_certain():
    pieces = evidence.of_reference(evidence.PROVIDER, "exact")
    assert evidence.score(pieces) == 100


def test_differing_amount_speaks_against_it():
    exact = evidence.of_reference(evidence.INVOICE, "exact")
    part = evidence.of_reference(evidence.INVOICE, "part")
    assert evidence.score(part) < evidence.score(exact)
    assert any(piece["weight"] < 0 for piece in part)


def test_score_stays_between_0_and_100():
    assert evidence.score([{"weight": 90}, {"weight": 90}]) == 100
    assert evidence.score([{"weight": -5}]) == 0


def test_ranks_are_one_digit_and_ascending():
    ranks = [kind.rank for kind in evidence.REFERENCE_KINDS]
    assert ranks == sorted(set(ranks))
    assert all(0 <= rank <= 9 for rank in ranks)


def test_every_kind_of_evidence_has_words():
    kinds = [kind.name for kind in evidence.REFERENCE_KINDS]
    for what in (*kinds, *evidence.AMOUNT_WORDS.values()):
        words = sentences.contribution_words({"what": what, "text": "X"})
        assert words and not words.startswith(what)


def test_sentence_of_a_match():
    facts = sentences.MatchFacts(
        method="reference",
        sources=[("txn_1", "100.00")],
        targets=[("INV/1", "100.00")],
        evidence={"contributions": evidence.of_reference(evidence.INVOICE, "exact")},
        rest_to_credit=True,
    )
    sentence = sentences.match_sentence(facts)
    assert sentence.startswith("txn_1 (100.00) pays INV/1 (100.00), because of ")
    assert "the same amount" in sentence
    assert sentence.endswith("The rest stays as the partner's credit.")


def test_sentence_without_target():
    facts = sentences.MatchFacts("manual", [("a", "1"), ("b", "-1")], [])
    assert sentences.match_sentence(facts) == "a (1) and b (-1) settle one another."


def test_evidence_shows_signed_weights():
    pieces = evidence.of_reference(evidence.INVOICE, "part")
    lines = sentences.evidence_text({"contributions": pieces}).splitlines()
    assert lines[0].startswith("+55")
    assert lines[-1].startswith("-5")


def test_proof_in_words():
    assert sentences.proof_text({}) == ""
    assert "1" in sentences.proof_text(evidence.proof("exact"))
    searched = {"solutions": 1, "items": 7, "exhaustive": True}
    assert "7 items" in sentences.proof_text(searched)
    assert "not complete" in sentences.proof_text({**searched, "exhaustive": False})


@pytest.mark.parametrize(
    ("items", "expected"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_listing(items, expected):
    assert sentences.listing(items) == expected


def test_long_lists_are_cut():
    documents = [findings.Document(f"INV/{number}", "1") for number in range(9)]
    sentence = findings.several_documents(PAYMENT, documents, "9")
    assert "INV/4" in sentence
    assert "INV/5" not in sentence
    assert "4 more" in sentence
    assert "9 open documents" in sentence


def test_findings_name_payment_document_and_difference():
    for sentence in (
        findings.short(PAYMENT, INVOICE, "60.00 €"),
        findings.over(PAYMENT, INVOICE, "60.00 €"),
        findings.rival_payments(PAYMENT, INVOICE, [PAYMENT], "60.00 €"),
    ):
        for text in ("txn_1", "40.00 €", "INV/1", "100.00 €", "60.00 €"):
            assert text in sentence
    for sentence in (
        findings.other_currency(PAYMENT, INVOICE, None),
        findings.other_currency(PAYMENT, INVOICE, WORTH),
        findings.uncertain_currency(PAYMENT, INVOICE),
        findings.uncertain(PAYMENT, INVOICE),
    ):
        assert "txn_1" in sentence and "INV/1" in sentence


def test_unmatched_tells_what_is_known():
    assert "INV/9" in findings.unmatched(PAYMENT, ["INV/9"], "")
    assert "Ada" in findings.unmatched(PAYMENT, [], "Ada")
    assert "names nothing" in findings.unmatched(PAYMENT, [], "Ada")
    assert "from Ada" in findings.without_reference(PAYMENT, "Ada")


def test_first_note_about_a_payment_stays():
    run = MatchRun(company=None)
    run.note(1, "ambiguous", "first")
    run.note(1, "unmatched", "second")
    assert run.notes == {1: ("ambiguous", "first")}


def test_only_wanted_payments_are_noted():
    run = MatchRun(company=None, wanted=[2])
    run.note(1, "ambiguous", "first")
    run.note(2, "ambiguous", "second")
    assert list(run.notes) == [2]


def test_money_without_a_document():
    facts = sentences.MatchFacts(
        method="memory",
        sources=[("f_1", "5.00")],
        targets=[],
        evidence={"contributions": [{"what": "rule", "text": "Fees (v1)"}]},
        account="6400 Bank fees",
    )
    assert sentences.match_sentence(facts) == (
        "f_1 (5.00) is booked on 6400 Bank fees, because of the rule Fees (v1)."
    )
    assert sentences.proof_text({"method": "rule", "rule": "Fees (v1)"}) == (
        "No document is needed: that is what Fees (v1) says."
    )


def test_what_a_difference_is_taken_for():
    facts = sentences.MatchFacts(
        method="reference",
        sources=[("txn_1", "98.00 €")],
        targets=[("INV/1", "100.00 €")],
        difference="2.00 €",
        difference_kind="fee",
    )
    assert sentences.match_sentence(facts) == (
        "txn_1 (98.00 €) pays INV/1 (100.00 €). The difference of 2.00 € is a fee."
    )


def test_money_without_a_document_has_no_difference():
    facts = sentences.MatchFacts(
        method="memory",
        sources=[("txn_1", "98.00 €")],
        targets=[],
        account="600 Interest",
        difference="98.00 €",
        difference_kind="account",
    )
    assert "difference" not in sentences.match_sentence(facts)
