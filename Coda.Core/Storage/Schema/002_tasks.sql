CREATE TABLE tasks (
    seq                 INTEGER PRIMARY KEY AUTOINCREMENT,
    id                  TEXT NOT NULL UNIQUE,
    session_id          TEXT NOT NULL UNIQUE,
    terminal_id         TEXT NOT NULL, -- empty until its terminal is open
    email               TEXT NOT NULL,
    agent               TEXT NOT NULL,
    permissions         TEXT NOT NULL,
    timeout_s           INTEGER NOT NULL,
    prompt_summary      TEXT NOT NULL,
    previous_session_id TEXT NOT NULL,
    working_directory   TEXT NOT NULL,
    status              TEXT NOT NULL,
    created_at          INTEGER NOT NULL,
    ended_at            INTEGER,
    step                TEXT NOT NULL,
    progress            TEXT NOT NULL,
    summary             TEXT NOT NULL,
    version             INTEGER NOT NULL,
    files_removed_at    INTEGER,
    counts_as           TEXT AS (CASE WHEN status IN ('timeout', 'cancelled', 'interrupted') THEN 'failed' ELSE status END),
    result              TEXT -- JSON; last, so that listing tasks never reads it
);

CREATE INDEX tasks_by_creation ON tasks (created_at, seq);
CREATE INDEX tasks_by_count ON tasks (counts_as, created_at, seq);
CREATE INDEX tasks_by_email ON tasks (email, created_at, seq);
CREATE INDEX tasks_running ON tasks (seq) WHERE status = 'running';

CREATE TABLE task_progress (
    task_id TEXT NOT NULL,
    seq     INTEGER NOT NULL, -- 1, 2, 3… within the task
    at      INTEGER NOT NULL,
    step    TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (task_id, seq)
) WITHOUT ROWID;
