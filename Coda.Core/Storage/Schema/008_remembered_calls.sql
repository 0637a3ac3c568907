-- Calls that a client may repeat: the same key again is the same call. Kept for a day.
CREATE TABLE remembered_calls (
    caller TEXT NOT NULL,
    tool TEXT NOT NULL,
    key TEXT NOT NULL,
    arguments TEXT NOT NULL,   -- SHA-256, hex
    outcome TEXT,              -- what it began; null = under way, or lost with a server that died
    created_at INTEGER NOT NULL,
    PRIMARY KEY (caller, tool, key)
) WITHOUT ROWID;
CREATE INDEX remembered_calls_by_age ON remembered_calls (created_at);
CREATE INDEX terminals_by_task ON terminals (task_id) WHERE task_id IS NOT NULL;
CREATE INDEX handoffs_by_terminal ON handoffs (terminal_id)
