{
    "name": "Settlement: Demo",
    "summary": "Seeded world of companies, providers and banks for demos and training",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Settlement for Odoo",
    "category": "Accounting/Accounting",
    "depends": [
        "settlement_stripe",
        "settlement_adyen",
        "settlement_paypal",
        "settlement_bank",
        "settlement_workbench",
    ],
    "data": [
        "security/ir.model.access.csv",
        "security/settlement_demo_rules.xml",
        "data/ir_cron_data.xml",
        "views/settlement_training_views.xml",
    ],
    "installable": True,
}
