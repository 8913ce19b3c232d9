-- A copy of the database does nothing by itself and calls nobody else's code.
UPDATE settlement_backend
   SET state = 'paused',
       on_import_action_id = NULL,
       on_batch_complete_action_id = NULL,
       on_exception_action_id = NULL;

UPDATE ir_cron
   SET active = FALSE
 WHERE id IN (SELECT res_id
                FROM ir_model_data
               WHERE model = 'ir.cron'
                 AND module LIKE 'settlement%');

UPDATE queue_job
   SET state = 'cancelled',
       date_cancelled = now() AT TIME ZONE 'UTC'
 WHERE state IN ('wait_dependencies', 'pending', 'enqueued')
   AND channel LIKE 'root.settlement%';

UPDATE ir_config_parameter
   SET value = ''
 WHERE key = 'settlement.use_jobs';
