{
    "name": "Settlement: Connectors",
    "summary": "Credentials, HTTP client and pull windows of bank and PSP connectors",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Settlement for Odoo",
    "category": "Accounting/Accounting",
    "depends": ["settlement"],
    "external_dependencies": {"python": ["cryptography", "requests"]},
}
