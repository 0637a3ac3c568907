CREATE TABLE subscriptions (
    session    TEXT NOT NULL, -- of a client
    subject    TEXT NOT NULL, -- what it wants to be told of
    renewed_at INTEGER NOT NULL,
    PRIMARY KEY (session, subject)
) WITHOUT ROWID;
