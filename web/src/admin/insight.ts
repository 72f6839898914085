export const BACKENDS = ['auto', 'e5', 'vader', 'openai', 'local', 'none'] as const
export type Backend = (typeof BACKENDS)[number]

export type SpeechBackend = 'auto' | 'whisper' | 'local' | 'openai' | 'none'

/** What the organization wants of insight (`protocol/insight.py`). */
export interface Insight {
  backend: Backend
  detect_language: boolean
  languages: string[]
  redact: boolean
  backends: readonly { backend: Backend; ready: boolean }[]
  speech: SpeechBackend
  speech_backends: readonly { backend: SpeechBackend; ready: boolean }[]
  /** Of the languages above, those in which nobody here writes down what is said. */
  unwritten: readonly string[]
  /** Who can speak to callers on a telephone, the best first. */
  voices: readonly string[]
}

export interface TrialRow {
  text: string
  label: 'negative' | 'neutral' | 'positive'
  language: string
}
