"""The demonstration from the command line: right, and the same when run again."""

from integration.ledger import differences, dump


def test_the_result_is_what_really_happened(simulated):
    assert simulated.returncode == 0, simulated.output[-3000:]
    assert "all laws hold" in simulated.output
    assert " 0 differences" in simulated.output


def test_nothing_was_logged_as_warning_or_error(simulated):
    assert " WARNING " not in simulated.output
    assert " ERROR " not in simulated.output


def test_status_and_verify_agree(simulated):
    status = simulated.settlement_json("status")
    assert len(status["backends"]) == 8
    for backend in status["backends"]:
        # A file that broke off on its way stays as it came.
        failed = set() if backend["connector"] == "stripe" else {"failed"}
        assert backend["messages"].keys() - failed == {"parsed"}
    assert simulated.settlement_json("verify")["ok"]


def test_every_proof_holds(simulated):
    for backend in simulated.settlement_json("status")["backends"]:
        for wallet in backend["wallets"]:
            assert wallet["proof"]["holds"], wallet
            # Only a provider's wallet sends money on its way.
            assert not wallet["in_transit"] or wallet["in_transit"]["holds"], wallet
        if backend["connector"] == "stripe":
            assert all(wallet["in_transit"] for wallet in backend["wallets"])


def test_summary_names_logins_and_the_file_of_the_truth(simulated):
    for word in ("viewer", "accountant", "approver", "auditor", "truth.json"):
        assert word in simulated.output


def test_second_run_changes_nothing(simulated):
    before = dump(simulated)
    again = simulated.settlement("simulate", "--compare")
    assert again.returncode == 0, again.stdout[-3000:]
    assert differences(before, dump(simulated)) == {}


def test_another_seed_is_refused(simulated):
    refused = simulated.settlement("simulate", "--seed", "2")
    assert refused.returncode == 1
    assert "seed 1" in refused.stderr
