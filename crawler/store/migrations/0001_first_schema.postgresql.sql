-- Every table of the first schema.

CREATE TABLE run (
    id BIGSERIAL NOT NULL,
    command TEXT NOT NULL,
    version VARCHAR(32) NOT NULL,
    machine TEXT NOT NULL,
    pid INTEGER NOT NULL,
    channels JSONB NOT NULL,
    settings JSONB NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    heartbeat_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    finish_reason VARCHAR(64),
    exit_code INTEGER,
    CONSTRAINT pk_run PRIMARY KEY (id)
);

CREATE INDEX ix_run_started_at ON run (started_at);

CREATE TABLE fingerprint (
    key BIGINT NOT NULL,
    CONSTRAINT pk_fingerprint PRIMARY KEY (key)
);

CREATE TABLE schedule (
    id BIGSERIAL NOT NULL,
    name VARCHAR(64) NOT NULL,
    channels JSONB NOT NULL,
    cron VARCHAR(64) NOT NULL,
    jitter_seconds INTEGER NOT NULL,
    max_seconds INTEGER NOT NULL,
    options JSONB NOT NULL,
    enabled BOOLEAN NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    settled_until TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_schedule PRIMARY KEY (id),
    CONSTRAINT uq_schedule_name UNIQUE (name)
);

CREATE TABLE alert (
    id BIGSERIAL NOT NULL,
    rule VARCHAR(64) NOT NULL,
    subject VARCHAR(128) NOT NULL,
    message TEXT NOT NULL,
    value FLOAT,
    threshold FLOAT,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_alert PRIMARY KEY (id)
);

CREATE INDEX ix_alert_open ON alert (closed_at, rule, subject);

CREATE TABLE run_counter (
    run_id BIGINT NOT NULL,
    channel VARCHAR(64) NOT NULL,
    name VARCHAR(128) NOT NULL,
    value BIGINT NOT NULL,
    CONSTRAINT pk_run_counter PRIMARY KEY (run_id, channel, name),
    CONSTRAINT fk_run_counter_run_id FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE CASCADE
);

CREATE TABLE run_tick (
    run_id BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    pages INTEGER NOT NULL,
    articles INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    bytes BIGINT NOT NULL,
    queue INTEGER NOT NULL,
    CONSTRAINT pk_run_tick PRIMARY KEY (run_id, at),
    CONSTRAINT fk_run_tick_run_id FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE CASCADE
);

CREATE TABLE host (
    host VARCHAR(255) NOT NULL,
    robots VARCHAR(16),
    robots_detail TEXT,
    robots_at TIMESTAMP WITH TIME ZONE,
    crawl_delay FLOAT,
    leased_by BIGINT,
    lease_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_host PRIMARY KEY (host),
    CONSTRAINT fk_host_leased_by FOREIGN KEY(leased_by) REFERENCES run (id) ON DELETE SET NULL
);

CREATE TABLE frontier (
    id BIGSERIAL NOT NULL,
    url TEXT NOT NULL,
    fetch_url TEXT NOT NULL,
    kind VARCHAR(8) NOT NULL,
    channel VARCHAR(64) NOT NULL,
    host VARCHAR(255) NOT NULL,
    state VARCHAR(8) NOT NULL,
    priority INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    reason VARCHAR(64),
    detail TEXT,
    leased_by BIGINT,
    lease_until TIMESTAMP WITH TIME ZONE,
    found_at TIMESTAMP WITH TIME ZONE NOT NULL,
    found_on TEXT,
    settled_at TIMESTAMP WITH TIME ZONE,
    due_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_frontier PRIMARY KEY (id),
    CONSTRAINT uq_frontier_url UNIQUE (url),
    CONSTRAINT fk_frontier_leased_by FOREIGN KEY(leased_by) REFERENCES run (id) ON DELETE SET NULL
);

CREATE INDEX ix_frontier_reason ON frontier (reason);

CREATE INDEX ix_frontier_due ON frontier (state, due_at);

CREATE INDEX ix_frontier_next ON frontier (host, state, priority, id);

CREATE TABLE article (
    id BIGSERIAL NOT NULL,
    url TEXT NOT NULL,
    fetched_url TEXT,
    channel VARCHAR(64) NOT NULL,
    node_id VARCHAR(16),
    content_id VARCHAR(16),
    title TEXT NOT NULL,
    kicker TEXT,
    subtitle TEXT,
    source TEXT,
    published_at TIMESTAMP WITH TIME ZONE,
    dateline JSONB,
    authors JSONB NOT NULL,
    editors JSONB NOT NULL,
    paragraphs JSONB NOT NULL,
    photos JSONB NOT NULL,
    script VARCHAR(4),
    template VARCHAR(32) NOT NULL,
    charset JSONB,
    damage JSONB NOT NULL,
    repairs JSONB NOT NULL,
    doubts JSONB NOT NULL,
    duplicate_of_id BIGINT,
    relation VARCHAR(16),
    similarity FLOAT,
    revision INTEGER NOT NULL,
    extraction INTEGER NOT NULL,
    fetched_at TIMESTAMP WITH TIME ZONE NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    body_sha256 VARCHAR(64),
    text_hash VARCHAR(32) NOT NULL,
    characters INTEGER NOT NULL,
    first_run_id BIGINT,
    run_id BIGINT,
    CONSTRAINT pk_article PRIMARY KEY (id),
    CONSTRAINT uq_article_url UNIQUE (url),
    CONSTRAINT fk_article_duplicate_of_id FOREIGN KEY(duplicate_of_id) REFERENCES article (id),
    CONSTRAINT fk_article_first_run_id FOREIGN KEY(first_run_id) REFERENCES run (id) ON DELETE SET NULL,
    CONSTRAINT fk_article_run_id FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE SET NULL
);

CREATE INDEX ix_article_channel_published ON article (channel, published_at);

CREATE INDEX ix_article_text_hash ON article (text_hash);

CREATE INDEX ix_article_published_at ON article (published_at);

CREATE INDEX ix_article_content_id ON article (content_id);

CREATE INDEX ix_article_first_seen_at ON article (first_seen_at);

CREATE INDEX ix_article_duplicate_of_id ON article (duplicate_of_id);

CREATE TABLE schedule_run (
    id BIGSERIAL NOT NULL,
    schedule_id BIGINT NOT NULL,
    planned_at TIMESTAMP WITH TIME ZONE NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    outcome VARCHAR(16) NOT NULL,
    exit_code INTEGER,
    missed INTEGER NOT NULL,
    run_id BIGINT,
    detail TEXT,
    CONSTRAINT pk_schedule_run PRIMARY KEY (id),
    CONSTRAINT uq_schedule_run_schedule_id_planned_at UNIQUE (schedule_id, planned_at),
    CONSTRAINT fk_schedule_run_schedule_id FOREIGN KEY(schedule_id) REFERENCES schedule (id) ON DELETE CASCADE,
    CONSTRAINT fk_schedule_run_run_id FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE SET NULL
);

CREATE TABLE notice (
    id BIGSERIAL NOT NULL,
    alert_id BIGINT NOT NULL,
    event VARCHAR(8) NOT NULL,
    way VARCHAR(16) NOT NULL,
    attempts INTEGER NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE,
    sent_at TIMESTAMP WITH TIME ZONE,
    error TEXT,
    CONSTRAINT pk_notice PRIMARY KEY (id),
    CONSTRAINT fk_notice_alert_id FOREIGN KEY(alert_id) REFERENCES alert (id) ON DELETE CASCADE
);

CREATE TABLE page (
    frontier_id BIGINT NOT NULL,
    status INTEGER NOT NULL,
    etag TEXT,
    last_modified TEXT,
    body_sha256 VARCHAR(64),
    fetched_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    checks INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    CONSTRAINT pk_page PRIMARY KEY (frontier_id),
    CONSTRAINT fk_page_frontier_id FOREIGN KEY(frontier_id) REFERENCES frontier (id) ON DELETE CASCADE
);

CREATE TABLE revision (
    id BIGSERIAL NOT NULL,
    article_id BIGINT NOT NULL,
    revision INTEGER NOT NULL,
    extraction INTEGER NOT NULL,
    title TEXT NOT NULL,
    paragraphs JSONB NOT NULL,
    photos JSONB NOT NULL,
    body_sha256 VARCHAR(64),
    fetched_at TIMESTAMP WITH TIME ZONE NOT NULL,
    code_version VARCHAR(32) NOT NULL,
    CONSTRAINT pk_revision PRIMARY KEY (id),
    CONSTRAINT uq_revision_article_id_revision_extraction UNIQUE (article_id, revision, extraction),
    CONSTRAINT fk_revision_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
);
