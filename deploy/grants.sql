-- What the service may do, granted by a superuser after each migration and restore:
--   psql --dbname=ekc --file=deploy/grants.sql
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ekc;
REVOKE UPDATE, DELETE ON audit_event, issued_document, phase_change, plan_version FROM ekc;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM ekc;
-- SELECT for backups.
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO ekc;
