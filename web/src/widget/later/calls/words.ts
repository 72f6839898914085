/** How one calls, by the keys of the catalogue. */
export const CALLS = { voice: 'callVoice', video: 'callVideo' } as const
