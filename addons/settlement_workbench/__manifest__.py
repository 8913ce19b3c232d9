{
    "name": "Settlement: Workbench",
    "summary": "The board, the exceptions one by one, and the close of a period",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Settlement for Odoo",
    "category": "Accounting/Accounting",
    "depends": ["settlement_account"],
    "data": [
        "security/ir.model.access.csv",
        "views/settlement_pane_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["settlement_workbench/static/src/**/*"],
        "web.assets_tests": ["settlement_workbench/static/tests/tours/*.js"],
    },
    "development_status": "Beta",
}
