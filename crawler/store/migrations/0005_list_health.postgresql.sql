-- How each list page does: its last look, and when one last brought something new.
CREATE TABLE list_health (
    frontier_id BIGINT NOT NULL,
    looked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    status INTEGER,
    reason VARCHAR(64),
    links INTEGER NOT NULL,
    newest_at TIMESTAMP WITH TIME ZONE,
    newest_url TEXT,
    brought_at TIMESTAMP WITH TIME ZONE,
    failing_since TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_list_health PRIMARY KEY (frontier_id),
    CONSTRAINT fk_list_health_frontier_id FOREIGN KEY(frontier_id) REFERENCES frontier (id) ON DELETE CASCADE
);
