-- What the second edition of the record knows; the earlier texts with all that was known of them;
-- and what was removed for good, by its digest alone.

ALTER TABLE article ADD COLUMN published_precision VARCHAR(8);
ALTER TABLE article ADD COLUMN published_from VARCHAR(8);
ALTER TABLE article ADD COLUMN text_is_captions BOOLEAN;
ALTER TABLE article ADD COLUMN quality JSONB;
ALTER TABLE article ADD COLUMN changed_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE article ADD COLUMN code_version VARCHAR(32);
CREATE INDEX ix_article_changed_at ON article (changed_at) WHERE changed_at IS NOT NULL;
ALTER TABLE revision ADD COLUMN facts JSONB;
CREATE TABLE tombstone (
    url_hash VARCHAR(64) NOT NULL,
    reason TEXT NOT NULL,
    removed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_tombstone PRIMARY KEY (url_hash)
);
CREATE INDEX ix_tombstone_removed_at ON tombstone (removed_at);
UPDATE article SET code_version = (SELECT r.code_version FROM revision AS r WHERE r.article_id = article.id ORDER BY r.revision DESC, r.extraction DESC LIMIT 1);
UPDATE article SET changed_at = fetched_at WHERE revision > 1 OR extraction > 1;
