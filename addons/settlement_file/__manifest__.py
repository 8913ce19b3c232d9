{
    "name": "Settlement: Any File",
    "summary": "Any CSV, XLSX or JSON file of a provider, set up without code",
    "summary": "Settlement files of any shape: CSV, XLSX or JSON, described, not coded",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Settlement for Odoo",
    "category": "Accounting/Accounting",
    "depends": ["settlement_connector"],
    "depends": ["settlement"],
    "external_dependencies": {"python": ["openpyxl"]},
    "data": [],
    "development_status": "Beta",
}
