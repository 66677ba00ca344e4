-- The indexes that answer the dashboard's questions without reading articles, and full text.

CREATE INDEX ix_article_channel_template ON article (channel, template);
CREATE INDEX ix_run_counter_name ON run_counter (name, run_id, channel, value);
CREATE INDEX ix_frontier_failing ON frontier (settled_at, id, reason, channel, state) WHERE reason IS NOT NULL;
CREATE INDEX ix_article_run_id ON article (run_id);
CREATE INDEX ix_article_repaired ON article (channel, template) WHERE repairs <> '[]';
CREATE INDEX ix_article_damaged ON article (channel, template) WHERE damage <> '[]';
CREATE INDEX ix_article_doubtful ON article (channel, template) WHERE doubts <> '[]';
CREATE INDEX ix_article_copies ON article (channel, template) WHERE duplicate_of_id IS NOT NULL;
CREATE INDEX ix_article_changed ON article (channel, template) WHERE revision > 1;
CREATE TABLE search_entry (article_id BIGINT NOT NULL REFERENCES article (id) ON DELETE CASCADE, part INTEGER NOT NULL, published_at TIMESTAMPTZ, tokens TSVECTOR NOT NULL, PRIMARY KEY (article_id, part));
CREATE INDEX ix_search_entry_tokens ON search_entry USING gin (tokens);
