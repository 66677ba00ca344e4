-- The indexes that answer the dashboard's questions without reading articles, and full text.

CREATE INDEX ix_article_channel_template ON article (channel, template);
CREATE INDEX ix_run_counter_name ON run_counter (name, run_id, channel, value);
CREATE INDEX ix_frontier_failing ON frontier (settled_at, id, reason, channel, state) WHERE reason IS NOT NULL;
CREATE INDEX ix_article_run_id ON article (run_id);
CREATE INDEX ix_article_repaired ON article (channel, template, repairs) WHERE repairs <> '[]';
CREATE INDEX ix_article_damaged ON article (channel, template, damage) WHERE damage <> '[]';
CREATE INDEX ix_article_doubtful ON article (channel, template, doubts) WHERE doubts <> '[]';
CREATE INDEX ix_article_copies ON article (channel, template, duplicate_of_id) WHERE duplicate_of_id IS NOT NULL;
CREATE INDEX ix_article_changed ON article (channel, template, revision) WHERE revision > 1;
CREATE TABLE search_entry (id INTEGER PRIMARY KEY AUTOINCREMENT, article_id INTEGER NOT NULL UNIQUE REFERENCES article (id) ON DELETE CASCADE, published_at VARCHAR(25));
CREATE VIRTUAL TABLE search_text USING fts5(title, body, content='', columnsize=0, tokenize='ascii');
