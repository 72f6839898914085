import type { Slice } from './types'

export interface Point {
  x: number
  y: number
}

/** Round numbers of seconds, from which the steps of the axis are taken. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400] as const

/** The marks of an axis from 0 to at least `most`, at most five of them above 0. */
export function marks(most: number): number[] {
  const step = STEPS.find((one) => most / one <= 4) ?? Math.ceil(most / 4 / 86_400) * 86_400
  const count = Math.max(1, Math.ceil(most / step))
  return Array.from({ length: count + 1 }, (_, place) => place * step)
}

/** Slices as points of a box; a line breaks where nobody came. */
export function lines(slices: readonly Slice[], column: 'today' | 'changed', box: { width: number; height: number; most: number }): Point[][] {
  const found: Point[][] = []
  let open: Point[] | null = null
  const step = box.width / Math.max(1, slices.length - 1)
  slices.forEach((slice, place) => {
    const value = slice[column]
    if (value === null || value === undefined) {
      open = null
      return
    }
    const point = { x: place * step, y: box.height - (value / box.most) * box.height }
    if (open) open.push(point)
    else found.push((open = [point]))
  })
  return found
}

/** An SVG path through the points; a single one becomes a short dash, which would otherwise not be seen. */
export function path(points: readonly Point[]): string {
  const [first] = points
  if (!first) return ''
  const round = (value: number) => Math.round(value * 10) / 10
  if (points.length === 1) return `M${round(first.x - 2)} ${round(first.y)}h4`
  return `M${points.map((one) => `${round(one.x)} ${round(one.y)}`).join('L')}`
}

export function most(slices: readonly Slice[]): number {
  return Math.max(1, ...slices.flatMap((one) => [one.today ?? 0, one.changed ?? 0]))
}

/** Places of the slices that carry a label below: about `wanted`, evenly. */
export function labelled(count: number, wanted: number): number[] {
  const step = Math.max(1, Math.round(count / wanted))
  return Array.from({ length: Math.ceil(count / step) }, (_, place) => place * step)
}
