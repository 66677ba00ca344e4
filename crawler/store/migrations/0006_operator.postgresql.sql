-- What an operator says while it runs: channels that rest, alerts that are not told.
CREATE TABLE pause (
    channel VARCHAR(128) NOT NULL,
    paused_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_pause PRIMARY KEY (channel)
);
CREATE TABLE silence (
    id BIGSERIAL NOT NULL,
    rule VARCHAR(64) NOT NULL,
    subject VARCHAR(128) NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    note TEXT NOT NULL,
    CONSTRAINT pk_silence PRIMARY KEY (id)
);
ALTER TABLE alert ADD COLUMN acknowledged_at TIMESTAMP WITH TIME ZONE;
