-- What it takes to start a terminal again after its end. Values of variables are never stored: some are secret.
ALTER TABLE terminals ADD COLUMN directory TEXT;    -- where it works; the user's shell: where that was seen last
ALTER TABLE terminals ADD COLUMN program TEXT;      -- its arguments, JSON; null = the user's shell, or an agent's own
ALTER TABLE terminals ADD COLUMN restarted_as TEXT; -- the terminal that was started in its place
ALTER TABLE terminals ADD COLUMN closed_at INTEGER; -- when a person put it away
CREATE INDEX terminals_stopped ON terminals (ended_at) WHERE end_reason IN ('ServerStopped', 'Interrupted') AND mode <> 'Run'
