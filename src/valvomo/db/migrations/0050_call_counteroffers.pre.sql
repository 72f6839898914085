-- Engines that send by a connection of their own offer it with their answer, and browsers answer that.
ALTER TABLE call_signals ADD COLUMN counteroffer text;
ALTER TABLE call_signals
    DROP CONSTRAINT call_signals_what,
    ADD CONSTRAINT call_signals_what CHECK (what IN ('come', 'go', 'mute', 'unmute', 'keys', 'forward', 'agree'));
