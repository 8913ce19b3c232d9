-- A copy of the database must reach no bank and no provider.
UPDATE settlement_backend
   SET state = 'paused';

DELETE FROM settlement_credential;
