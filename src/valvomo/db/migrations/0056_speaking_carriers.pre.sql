-- Whether a process that carries calls can speak to customers on a telephone: what is told them of an act depends on it.
ALTER TABLE call_carriers ADD COLUMN speaks boolean NOT NULL DEFAULT false;
