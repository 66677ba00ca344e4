-- What upkeep needs to remember: sizes, ranges that are fetched in slices, facts about the database itself.
CREATE TABLE storage_sample (
    machine VARCHAR(128) NOT NULL,
    at VARCHAR(25) NOT NULL,
    name VARCHAR(255) NOT NULL,
    bytes BIGINT NOT NULL,
    CONSTRAINT pk_storage_sample PRIMARY KEY (machine, at, name)
) WITHOUT ROWID;
CREATE TABLE backfill (
    id INTEGER NOT NULL,
    name VARCHAR(64) NOT NULL,
    channels JSON NOT NULL,
    since VARCHAR(10) NOT NULL,
    until VARCHAR(10) NOT NULL,
    slice_days INTEGER NOT NULL,
    options JSON NOT NULL,
    state VARCHAR(8) NOT NULL,
    reached VARCHAR(10) NOT NULL,
    failures INTEGER NOT NULL,
    next_at VARCHAR(25),
    detail TEXT,
    run_id INTEGER,
    created_at VARCHAR(25) NOT NULL,
    ended_at VARCHAR(25),
    CONSTRAINT pk_backfill PRIMARY KEY (id),
    CONSTRAINT uq_backfill_name UNIQUE (name),
    CONSTRAINT fk_backfill_run_id FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE SET NULL
);
CREATE TABLE fact (
    name VARCHAR(64) NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_fact PRIMARY KEY (name)
) WITHOUT ROWID;
