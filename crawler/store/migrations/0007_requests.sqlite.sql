-- What a person asks of whatever runs crawls, and who is there to take it.
CREATE TABLE request (
    id INTEGER NOT NULL,
    kind VARCHAR(8) NOT NULL,
    channels JSON NOT NULL,
    run_id INTEGER,
    asked_at VARCHAR(25) NOT NULL,
    taken_at VARCHAR(25),
    taken_by VARCHAR(128),
    ended_at VARCHAR(25),
    outcome VARCHAR(16),
    detail TEXT,
    CONSTRAINT pk_request PRIMARY KEY (id),
    CONSTRAINT fk_request_run_id FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE SET NULL
);
CREATE INDEX ix_request_taken_at ON request (taken_at, kind);
CREATE TABLE runner (
    machine VARCHAR(128) NOT NULL,
    pid INTEGER NOT NULL,
    kind VARCHAR(8) NOT NULL,
    seen_at VARCHAR(25) NOT NULL,
    CONSTRAINT pk_runner PRIMARY KEY (machine, pid)
);
