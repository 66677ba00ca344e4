-- How each list page does: its last look, and when one last brought something new.
CREATE TABLE list_health (
    frontier_id INTEGER NOT NULL,
    looked_at VARCHAR(25) NOT NULL,
    status INTEGER,
    reason VARCHAR(64),
    links INTEGER NOT NULL,
    newest_at VARCHAR(25),
    newest_url TEXT,
    brought_at VARCHAR(25),
    failing_since VARCHAR(25),
    CONSTRAINT pk_list_health PRIMARY KEY (frontier_id),
    CONSTRAINT fk_list_health_frontier_id FOREIGN KEY(frontier_id) REFERENCES frontier (id) ON DELETE CASCADE
);
