{
    "name": "Settlement: PayPal",
    "summary": "Payments, fees, refunds, disputes, holds and withdrawals of PayPal",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Settlement for Odoo",
    "category": "Accounting/Accounting",
    "depends": ["settlement_connector"],
    "data": ["views/settlement_backend_views.xml"],
    "development_status": "Beta",
}
