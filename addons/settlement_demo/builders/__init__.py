"""Put what Odoo knows of a world into a database. What is there already stays."""

from .backend_builder import BackendBuilder
from .company_builder import CompanyBuilder
from .document_builder import DocumentBuilder
from .payment_builder import PaymentBuilder
from .practice_builder import PracticeBuilder
