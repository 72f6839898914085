import type { Tone } from '@/ui/tones'

/** Seconds that a customer has waited for an answer: blue at first, then amber, then red. */
export const AMBER_AFTER = 60
export const RED_AFTER = 180

export function waitingTone(seconds: number): Extract<Tone, 'info' | 'warn' | 'bad'> {
  if (seconds >= RED_AFTER) return 'bad'
  return seconds >= AMBER_AFTER ? 'warn' : 'info'
}
