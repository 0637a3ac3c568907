CREATE TABLE terminals (
    id               TEXT PRIMARY KEY,
    mode             TEXT NOT NULL,
    label            TEXT NOT NULL,
    title            TEXT NOT NULL,
    agent            TEXT,
    task_id          TEXT,
    created_at       INTEGER NOT NULL, -- Unix milliseconds, here and everywhere
    ended_at         INTEGER,
    exit_code        INTEGER,
    end_reason       TEXT,
    files_removed_at INTEGER,
    pid              INTEGER, -- of the leader of the terminal's newest session, with its start time (clock ticks since boot)
    pid_start        INTEGER, -- and the boot it belongs to: three that name one process for ever
    boot_id          TEXT
) WITHOUT ROWID;

CREATE INDEX terminals_by_end ON terminals (ended_at);
