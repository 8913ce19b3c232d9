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
        "views/settlement_match_undo_views.xml",
        "views/settlement_match_views.xml",
        "views/settlement_transaction_views.xml",
        "views/settlement_batch_views.xml",
        "views/account_move_views.xml",
    ],
    "development_status": "Beta",
}
