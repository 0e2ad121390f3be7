-- The roles and the database of Own Plan, made once by a superuser of PostgreSQL:
--   psql --set=owner_password=... --file=deploy/database.sql
-- ekc_owner owns the tables and migrates. ekc is the service: it signs in over the local socket by its system user of
-- the same name (peer), and can neither drop the triggers that protect the audit nor alter a table.
CREATE ROLE ekc_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE ekc LOGIN;
CREATE DATABASE ekc OWNER ekc_owner ENCODING 'UTF8' TEMPLATE template0 LOCALE 'C.UTF-8';
REVOKE CONNECT ON DATABASE ekc FROM PUBLIC;
GRANT CONNECT ON DATABASE ekc TO ekc;
