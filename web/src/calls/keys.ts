/**
 * Keys of a call. They are none of those the lists take (`j`, `k`, `m`, `a`, `t`, `x`, `/`): a call stands beside a list, and
 * a key that is meant for a row must never open a microphone.
 */
export const CALL_KEYS = { mute: 'u', talk: 'v', hold: 'h', dial: 'd' } as const
