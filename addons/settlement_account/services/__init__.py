"""Between the database and the plans: read rows, write entries, reconcile."""
