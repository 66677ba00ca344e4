-- Pages go back by who asks for them, and no longer by a time; hosts are held by jobs.
CREATE TABLE host_new (
    host VARCHAR(255) NOT NULL,
    robots VARCHAR(16),
    robots_detail TEXT,
    robots_at VARCHAR(25),
    crawl_delay FLOAT,
    CONSTRAINT pk_host PRIMARY KEY (host)
);
INSERT INTO host_new SELECT host, robots, robots_detail, robots_at, crawl_delay FROM host;
DROP TABLE host;
ALTER TABLE host_new RENAME TO host;
ALTER TABLE frontier DROP COLUMN lease_until;
