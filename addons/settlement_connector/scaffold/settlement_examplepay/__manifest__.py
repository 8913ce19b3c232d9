{
    "name": "Settlement: Example Pay",
    "summary": "Payments, fees, refunds, disputes and payouts of Example Pay",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Settlement for Odoo",
    "category": "Accounting/Accounting",
    "depends": ["settlement_connector"],
    "data": [],
    "development_status": "Alpha",
}
