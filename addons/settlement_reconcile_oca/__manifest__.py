{
    "name": "Settlement: Reconciliation Widget of OCA",
    "summary": "Candidates with their evidence inside the reconcile view of OCA",
    "version": "19.0.1.0.0",
    "license": "AGPL-3",
    "author": "Settlement for Odoo",
    "category": "Accounting/Accounting",
    "depends": ["settlement_account", "account_reconcile_oca"],
    "data": ["views/account_bank_statement_line_views.xml"],
    "assets": {
        "web.assets_backend": ["settlement_reconcile_oca/static/src/**/*"],
        "web.assets_tests": ["settlement_reconcile_oca/static/tests/tours/*.js"],
    },
    "auto_install": True,
    "development_status": "Beta",
}
