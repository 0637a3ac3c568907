-- The task whose question this one was given the answer to, or empty.
ALTER TABLE tasks ADD COLUMN answers TEXT NOT NULL DEFAULT '';

CREATE INDEX tasks_by_question ON tasks (answers) WHERE answers <> '';
