-- A copy of the database must reach no bank and no provider, nor be reached by one.
UPDATE settlement_backend
   SET state = 'paused',
       webhook_token = NULL;

DELETE FROM settlement_credential;
