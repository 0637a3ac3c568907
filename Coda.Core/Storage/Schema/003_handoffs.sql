CREATE TABLE handoffs (
    id             TEXT PRIMARY KEY,
    terminal_id    TEXT NOT NULL, -- whose end is the hand-off's
    agent          TEXT NOT NULL,
    email          TEXT NOT NULL,
    source         TEXT NOT NULL, -- as the caller named it
    kind           TEXT NOT NULL, -- Workspace, Copy, InPlace
    directory      TEXT NOT NULL, -- where the agent works
    baseline       TEXT,          -- commit of what was brought there, where there is one
    prompt_summary TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    removed_at     INTEGER        -- when the directory was removed
) WITHOUT ROWID;

CREATE INDEX handoffs_by_creation ON handoffs (created_at);
