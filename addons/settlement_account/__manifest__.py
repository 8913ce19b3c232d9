{
    "name": "Settlement: Accounting",
    "summary": "Settled payouts and bank statements become reconciled entries",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Settlement for Odoo",
    "category": "Accounting/Accounting",
    "depends": ["settlement_match"],
    "data": [
        "security/ir.model.access.csv",
        "security/settlement_account_rules.xml",
    ],
    "development_status": "Beta",
}
