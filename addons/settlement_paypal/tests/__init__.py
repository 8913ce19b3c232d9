from . import test_paypal_report
