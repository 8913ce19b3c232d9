"""From settled rows to balanced entries: plain Python, no Odoo, integers only.

All amounts are minor units. On rows they are signed as the source does (positive
when money comes to us), on planned lines as a ledger does (positive is a debit).
"""
