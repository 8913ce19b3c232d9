from . import test_stripe_connection
from . import test_stripe_contract
from . import test_stripe_disputes
from . import test_stripe_pipeline
from . import test_stripe_webhook
from . import test_stripe_report
