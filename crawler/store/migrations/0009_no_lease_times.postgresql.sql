-- Pages go back by who asks for them, and no longer by a time; hosts are held by jobs.
ALTER TABLE host DROP COLUMN leased_by, DROP COLUMN lease_until;
ALTER TABLE frontier DROP COLUMN lease_until;
