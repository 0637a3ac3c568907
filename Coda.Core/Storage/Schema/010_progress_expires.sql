-- Progress lines go with the files of their task; those of tasks whose files had gone before were left.
DELETE FROM task_progress WHERE task_id IN (SELECT id FROM tasks WHERE files_removed_at IS NOT NULL);
