{
    "name": "Settlement: Connectors",
    "summary": "Credentials, HTTP client and pull windows of bank and PSP connectors",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Settlement for Odoo",
    "category": "Accounting/Accounting",
    "depends": ["settlement"],
    "external_dependencies": {"python": ["cryptography", "requests"]},
    "data": [
        "security/ir.model.access.csv",
        "security/settlement_connector_rules.xml",
        "data/ir_cron_data.xml",
        "views/settlement_backend_views.xml",
        "views/settlement_window_views.xml",
        "views/settlement_credential_wizard_views.xml",
        "views/settlement_menus.xml",
    ],
    "assets": {
        "web.assets_tests": ["settlement_connector/static/tests/tours/*.js"],
    },
    "development_status": "Beta",
}
