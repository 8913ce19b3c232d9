-- A copy of the database must reach no bank and no provider, nor be reached by one.
UPDATE settlement_backend
   SET state = 'paused',
       webhook_token = NULL,
       retry_at = NULL,
       api_url = CASE WHEN environment = 'live' THEN NULL ELSE api_url END;

DELETE FROM settlement_credential;

DELETE FROM settlement_pull_target;
