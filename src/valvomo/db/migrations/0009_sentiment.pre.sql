-- At which sentiment, or a worse one, the agent of a conversation is hinted at it and supervisors are alerted; null: never.
ALTER TABLE queues ADD COLUMN sentiment_alert_agent text;
ALTER TABLE queues ADD COLUMN sentiment_alert_supervisor text;

-- Where an agent has set the language by hand, it is not to be detected any more: a row is the fold of its facts.
UPDATE conversations c SET body = c.body || '{"language_source": "chosen"}'
WHERE EXISTS (SELECT FROM facts f WHERE f.organization_id = c.organization_id AND f.conversation_id = c.id
    AND f.kind = 'details_changed' AND f.body ->> 'language' IS NOT NULL);
