ALTER TABLE handoffs ADD COLUMN profile TEXT; -- of Databricks, that brought the files, where one did
