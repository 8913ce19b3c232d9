{
    "name": "Settlement: Bank Statements",
    "summary": "Bank statement files: read, proved and put in order",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "license": "LGPL-3",
    "author": "Settlement for Odoo",
    "depends": ["settlement"],
    "external_dependencies": {"python": ["lxml", "python-stdnum"]},
    "development_status": "Beta",
}
