from . import test_paypal_connection
from . import test_paypal_contract
from . import test_paypal_disputes
from . import test_paypal_posting
from . import test_paypal_pull
from . import test_paypal_report
from . import test_paypal_webhook
