"""The live stream over WebSockets: who is it, what do they say, how do frames get out (spec 2 *Live stream*)."""
