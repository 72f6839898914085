import { Angry, Annoyed, Frown, Laugh, Meh, Smile, SmilePlus } from '@lucide/vue'

import type { Tone } from '@/ui/tones'

/** The seven levels, the worst first; `none` where nothing was measured, or not surely. */
export const LEVELS = ['very_negative', 'negative', 'slightly_negative', 'neutral', 'slightly_positive', 'positive', 'very_positive'] as const
export type Level = (typeof LEVELS)[number]
export type Trend = 'falling' | 'steady' | 'rising'

export interface SentimentPoint {
  seq: number
  score: number
  level: Level | 'none'
  at: string
}

/** The customer's mood from the last six measured messages; `hint` where the agent is to be told of it. */
export interface Sentiment {
  level: Level | 'none'
  score: number | null
  trend: Trend | null
  points: readonly SentimentPoint[]
  seq: number
  at: string
  hint: boolean
}

/** A face of its own for each level, so that colour is never alone. */
export const faceOf = {
  very_negative: Angry,
  negative: Frown,
  slightly_negative: Annoyed,
  neutral: Meh,
  slightly_positive: Smile,
  positive: SmilePlus,
  very_positive: Laugh,
} as const

export function toneOf(level: Level | 'none'): Tone {
  const rank = LEVELS.indexOf(level as Level)
  if (rank < 0 || rank === 3) return 'quiet'
  if (rank > 3) return 'good'
  return rank === 2 ? 'warn' : 'bad'
}

/** Where a score stands in a box: 1 at the top, -1 at the bottom, half a pixel of air around. */
export function place(score: number, height: number): number {
  return Math.round((0.5 + ((1 - score) / 2) * (height - 1)) * 10) / 10
}

/** The corners of a line through the sure points, evenly from left to right, as SVG wants them. */
export function corners(points: readonly Pick<SentimentPoint, 'score' | 'level'>[], width: number, height: number): [x: number, y: number][] {
  const sure = points.filter((one) => one.level !== 'none')
  const step = sure.length > 1 ? (width - 4) / (sure.length - 1) : 0
  return sure.map((one, index) => [Math.round((2 + index * step) * 10) / 10, place(one.score, height)])
}

/** What is known of single messages, by their number: what was asked for, and over it what came live. */
export function marksOf(...known: readonly (readonly SentimentPoint[] | undefined)[]): ReadonlyMap<number, SentimentPoint> {
  const marks = new Map<number, SentimentPoint>()
  for (const points of known) for (const one of points ?? []) marks.set(one.seq, one)
  return marks
}

/** The customer has written since what is shown was measured, as far as the list knows. */
export function isOutdated(row: { sentiment: Sentiment | null; preview: { role: string; at: string } | null }): boolean {
  if (!row.sentiment || row.preview?.role !== 'customer') return false
  return Date.parse(row.preview.at) > Date.parse(row.sentiment.at)
}
