-- name: create
-- A file that has been read.
INSERT INTO record_imports (organization_id, id, workstream_id, name, by_id, by_name, created_at, columns, mapping, total)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

-- name: add_lines
-- Some lines of a file, in its order.
INSERT INTO record_import_lines (organization_id, import_id, line, cells)
SELECT $1, $2, n.line, n.cells FROM jsonb_to_recordset($3::jsonb) AS n (line integer, cells jsonb)

-- name: lock
-- One file, locked.
SELECT * FROM record_imports WHERE organization_id = $1 AND id = $2 FOR NO KEY UPDATE

-- name: newest
-- Files, the newest first, before one of them.
SELECT i.*, w.name AS workstream FROM record_imports i
JOIN workstreams w ON w.organization_id = i.organization_id AND w.id = i.workstream_id
WHERE i.organization_id = $1 AND ($2 = '' OR i.id < $2) AND ($3::text IS NULL OR i.id = $3) ORDER BY i.id DESC LIMIT $4

-- name: under_way
-- Files that are being checked or read in, the oldest first.
SELECT organization_id, id, by_id, state FROM record_imports WHERE state IN ('checking', 'running') ORDER BY created_at

-- name: set_state
-- How far a file is, where it was not yet.
UPDATE record_imports SET state = $3, mapping = $4, place = $5, ended_at = $6, good = $7, bad = $8, made = $9, known = $10,
    failed = $11
WHERE organization_id = $1 AND id = $2

-- name: next_lines
-- Lines behind a place.
SELECT line, cells, state, key FROM record_import_lines
WHERE organization_id = $1 AND import_id = $2 AND line > $3 ORDER BY line LIMIT $4

-- name: set_lines
-- What was found of some lines, or became of them.
UPDATE record_import_lines l SET state = n.state, key = n.key, problems = n.problems, record_id = n.record_id
FROM jsonb_to_recordset($3::jsonb) AS n (line integer, state text, key text, problems jsonb, record_id text)
WHERE l.organization_id = $1 AND l.import_id = $2 AND l.line = n.line

-- name: keys_before
-- Which of these keys stand in lines up to a place.
SELECT DISTINCT key FROM record_import_lines
WHERE organization_id = $1 AND import_id = $2 AND line <= $3 AND key = ANY ($4::text[])

-- name: lines
-- Lines of some states (all of them for none), in the file's order behind a place.
SELECT line, cells, state, key, problems, record_id FROM record_import_lines
WHERE organization_id = $1 AND import_id = $2 AND line > $3 AND ($4::text[] = '{}' OR state = ANY ($4::text[]))
ORDER BY line LIMIT $5

-- name: drop_old
-- Files that nobody has touched for long, with their lines.
DELETE FROM record_imports WHERE (organization_id, id) IN (
    SELECT organization_id, id FROM record_imports WHERE created_at < $1 AND state NOT IN ('checking', 'running') LIMIT $2)
