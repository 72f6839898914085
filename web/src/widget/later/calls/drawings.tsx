import { h } from 'preact'

import { dressing } from '../dressing'

import css from './calls.css?inline'

/** Drawn here, as the widget's own. Decoration only: what they mean stands beside them in words. */
const paths = {
  voice: 'M6 3h4l1.5 5L9 10a12 12 0 0 0 5 5l2-2.5 5 1.5v4a2 2 0 0 1-2 2A16 16 0 0 1 4 5a2 2 0 0 1 2-2z',
  video: 'M3 7h12v10H3zM15 11l6-3.5v9L15 13',
  mic: 'M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM6 11a6 6 0 0 0 12 0M12 17v4',
  muted: 'M9 6a3 3 0 0 1 6 0v6M6 11a6 6 0 0 0 10 4.5M12 17v4M4 4l16 16',
  off: 'M3 15c5-5 13-5 18 0l-3 3-3.5-2v-2.5a9 9 0 0 0-5 0V16L6 18z',
} as const

export function Drawing({ name }: { name: keyof typeof paths }) {
  return <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d={paths[name]} /></svg>
}

/** The styles of calls, into the root of whoever is drawn first. */
export const dressCalls = dressing(css)
