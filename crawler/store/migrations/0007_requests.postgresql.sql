-- What a person asks of whatever runs crawls, and who is there to take it.
CREATE TABLE request (
    id BIGSERIAL NOT NULL,
    kind VARCHAR(8) NOT NULL,
    channels JSONB NOT NULL,
    run_id BIGINT,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    taken_at TIMESTAMP WITH TIME ZONE,
    taken_by VARCHAR(128),
    ended_at TIMESTAMP WITH TIME ZONE,
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
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_runner PRIMARY KEY (machine, pid)
);
