from odoo.tools import SQL


class SetOff:
    """Lets a charge and its refund settle one another.

    Odoo has already reconciled the invoice with its credit note: neither has anything
    left to settle. The money came and went on the customer's receivable.
    """

    def __init__(self, backend):
        self.env = backend.env
        self.backend = backend
        self.counters = {"set_off": 0}

    def settle(self):
        """Match such pairs with each other; return counters."""
        self.env.flush_all()
        facts = self.env["settlement.transaction"]
        for charge_id, refund_id, document in self.env.execute_query(self._query()):
            reason = self.env._(
                "%(document)s is settled by its credit note: payment and refund settle "
                "one another.",
                document=document,
            )
            self.env["settlement.match"]._propose(
                [facts.browse(charge_id), facts.browse(refund_id)],
                [],
                method="identifier",
                evidence={
                    "contributions": [
                        {"what": "identifier", "text": reason, "weight": 100}
                    ]
                },
                is_automatic=True,
            )._confirm()
            self.counters["set_off"] += 1
        return self.counters

    def _query(self):
        """Return (charge, refund, name of the document) of what is to be set off.

        The refund names its charge, gives back all of it, is the only one to do so,
        and the charge names an invoice that a credit note has settled.
        """
        return SQL(
            """
            SELECT charge.id, min(refund.id), min(document.name)
              FROM settlement_transaction refund
              JOIN settlement_transaction_state refund_state
                ON refund_state.transaction_id = refund.id
               AND refund_state.match_state = 'open'
              JOIN settlement_transaction charge
                ON charge.wallet_id = refund.wallet_id
               AND charge.is_current
               AND charge.kind = 'charge'
               AND charge.gross_amount = -refund.gross_amount
               AND (charge.id = refund.parent_id
                    OR charge.source_external_id = refund.parent_external_id)
              JOIN settlement_transaction_state charge_state
                ON charge_state.transaction_id = charge.id
               AND charge_state.match_state = 'open'
              JOIN account_move document
                ON document.company_id = charge.company_id
               AND document.name = charge.invoice_reference
               AND document.move_type = 'out_invoice'
               AND document.payment_state = 'reversed'
             WHERE refund.backend_id = %s
               AND refund.is_current
               AND refund.kind = 'refund'
             GROUP BY charge.id
            HAVING count(*) = 1
             ORDER BY charge.id
            """,
            self.backend.id,
        )


def meeting_places(env, match_ids):
    """Return match id → (account, partner) of the receivable on which money meets.

    Only of matches about an invoice that its credit note has settled.
    """
    if not match_ids:
        return {}
    rows = env.execute_query(
        SQL(
            """
            SELECT line.match_id, min(item.account_id), min(item.partner_id)
              FROM settlement_match_line line
              JOIN settlement_transaction fact ON fact.id = line.transaction_id
              JOIN account_move document
                ON document.company_id = fact.company_id
               AND document.name = fact.invoice_reference
               AND document.move_type = 'out_invoice'
               AND document.payment_state = 'reversed'
              JOIN account_move_line item ON item.move_id = document.id
              JOIN account_account account
                ON account.id = item.account_id
               AND account.account_type = 'asset_receivable'
             WHERE line.match_id = ANY(%s) AND line.side = 'source'
             GROUP BY line.match_id
            """,
            list(match_ids),
        )
    )
    return {match_id: (account, partner or 0) for match_id, account, partner in rows}
