-- A hand-off's end was read from its terminal's row; now each feature has its own.
ALTER TABLE handoffs ADD COLUMN ended_at INTEGER;
UPDATE handoffs SET ended_at = (SELECT t.ended_at FROM terminals t WHERE t.id = handoffs.terminal_id);
