{
    "name": "Settlement: Dashboards",
    "summary": "Exceptions, match rate, payouts and fees in the Dashboards app",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Settlement for Odoo",
    "category": "Accounting/Accounting",
    "depends": ["settlement_account", "spreadsheet_dashboard"],
    "data": [
        "views/settlement_transaction_fee_views.xml",
        "views/settlement_transaction_state_views.xml",
        "data/dashboards.xml",
    ],
    "assets": {
        "web.assets_tests": ["settlement_spreadsheet/static/tests/tours/*.js"],
    },
    "auto_install": True,
    "development_status": "Beta",
}
