-- Which state of a draft somebody has seen: who fills it in says so, and overwrites nothing unseen.
ALTER TABLE evaluations ADD COLUMN revision integer NOT NULL DEFAULT 1;
