/** What is played of recordings, so that what was said is read in step with it; one recording plays at a time. */
import { shallowRef } from 'vue'

export interface Moment {
  recording: string
  /** Milliseconds from the beginning of the recording. */
  at: number
}

/** Where the one that plays is; null while none does. */
export const playing = shallowRef<Moment | null>(null)
/** Where somebody wants to listen; taken by whoever plays that recording. */
export const wanted = shallowRef<Moment | null>(null)
/** Recordings that are on the screen and have sound. */
export const playable = shallowRef<ReadonlySet<string>>(new Set())

export interface Span {
  recording: string
  began_ms: number
  ended_ms: number
}

/** Whether this is what is heard right now. */
export function isHeard(span: Span, now: Moment | null): boolean {
  return now !== null && now.recording === span.recording && span.began_ms <= now.at && now.at <= span.ended_ms
}

export function setPlayable(recording: string, on: boolean): void {
  if (playable.value.has(recording) === on) return
  const ids = new Set(playable.value)
  if (on) ids.add(recording)
  else ids.delete(recording)
  playable.value = ids
}

/** A moment of a call, as minutes and seconds. */
export function clockOf(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
