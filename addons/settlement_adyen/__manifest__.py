{
    "name": "Settlement: Adyen",
    "summary": "Payments, fees, refunds, disputes, reserves and payouts of Adyen",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Settlement for Odoo",
    "category": "Accounting/Accounting",
    "depends": ["settlement_connector"],
    "data": ["views/settlement_wallet_views.xml"],
    "development_status": "Beta",
}
