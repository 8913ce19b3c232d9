{
    "name": "Settlement: Audit",
    "summary": "Append-only audit trail with a sealed hash chain, and approvals",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Settlement for Odoo",
    "category": "Accounting/Accounting",
    "depends": ["base", "mail"],
    "data": [
        "security/ir.model.access.csv",
        "data/ir_cron.xml",
        "views/event_views.xml",
        "views/event_seal_views.xml",
        "views/event_personal_views.xml",
        "views/approval_views.xml",
    ],
    "post_init_hook": "post_init_hook",
    "installable": True,
}
