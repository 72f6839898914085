-- Customers who matter more, as somebody who knows them has said.
ALTER TABLE contacts ADD COLUMN vip boolean NOT NULL DEFAULT false;
