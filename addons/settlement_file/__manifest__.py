{
    "name": "Settlement: Any File",
    "summary": "Any CSV, XLSX or JSON file of a provider, set up without code",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Settlement for Odoo",
    "category": "Accounting/Accounting",
    "depends": ["settlement_connector"],
    "external_dependencies": {"python": ["charset-normalizer", "openpyxl"]},
    "data": [],
    "development_status": "Beta",
}
