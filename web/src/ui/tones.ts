/** What a colour means; the same six everywhere. `secret` is what a customer never sees. */
export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'quiet' | 'secret' | 'accent'

/** Ground and text of a tinted label. Whole class names, so that Tailwind finds them. */
export const softClass: Record<Tone, string> = {
  good: 'bg-good-soft text-good-ink',
  warn: 'bg-warn-soft text-warn-ink',
  bad: 'bg-bad-soft text-bad-ink',
  info: 'bg-info-soft text-info-ink',
  quiet: 'bg-quiet-soft text-quiet-ink',
  secret: 'bg-secret-soft text-secret-ink',
  accent: 'bg-accent-soft text-accent-ink',
}

/** Solid fill of a dot or a bar. */
export const solidClass: Record<Tone, string> = {
  good: 'bg-good',
  warn: 'bg-warn',
  bad: 'bg-bad',
  info: 'bg-info',
  quiet: 'bg-quiet',
  secret: 'bg-secret',
  accent: 'bg-accent',
}

/** Text of that meaning on a plain surface. */
export const inkClass: Record<Tone, string> = {
  good: 'text-good-ink',
  warn: 'text-warn-ink',
  bad: 'text-bad-ink',
  info: 'text-info-ink',
  quiet: 'text-ink-faint',
  secret: 'text-secret-ink',
  accent: 'text-accent-ink',
}
