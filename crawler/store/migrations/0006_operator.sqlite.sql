-- What an operator says while it runs: channels that rest, alerts that are not told.
CREATE TABLE pause (
    channel VARCHAR(128) NOT NULL,
    paused_at VARCHAR(25) NOT NULL,
    CONSTRAINT pk_pause PRIMARY KEY (channel)
);
CREATE TABLE silence (
    id INTEGER NOT NULL,
    rule VARCHAR(64) NOT NULL,
    subject VARCHAR(128) NOT NULL,
    made_at VARCHAR(25) NOT NULL,
    until VARCHAR(25) NOT NULL,
    note TEXT NOT NULL,
    CONSTRAINT pk_silence PRIMARY KEY (id)
);
ALTER TABLE alert ADD COLUMN acknowledged_at VARCHAR(25);
