ALTER TABLE terminals ADD COLUMN scheme TEXT NOT NULL DEFAULT 'Dark'; -- Dark or Light: what its programs were told
