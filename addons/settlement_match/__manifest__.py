{
    "name": "Settlement Matching",
    "summary": "Who pays what, why, how sure and by which evidence",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Settlement for Odoo",
    "category": "Accounting/Accounting",
    "depends": ["settlement"],
    "data": [
        "security/ir.model.access.csv",
        "security/settlement_match_rules.xml",
    ],
    "development_status": "Beta",
}
