-- Which line of the agent's own file it was, from 1; null = the server's, such as "blocked".
ALTER TABLE task_progress ADD COLUMN line INTEGER
