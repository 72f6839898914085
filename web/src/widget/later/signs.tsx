import { h } from 'preact'

import css from './later.css?inline'
import { dressing } from './dressing'

/** Drawn here, as the widget's own. Decoration only: what they mean stands beside them in words. */
const paths = {
  clip: 'M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 5 5l-8.5 8.5a1.8 1.8 0 0 1-2.5-2.5l7.5-7.5',
  smile: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8.5 14.5c2 2.4 5 2.4 7 0M9 9.5h.01M15 9.5h.01',
  cross: 'M6 6l12 12M18 6L6 18',
  again: 'M4 12a8 8 0 1 0 3-6.2M4 4v5h5',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  paper: 'M6 3h8l4 4v14H6zM14 3v4h4',
} as const

export function Sign({ name }: { name: keyof typeof paths }) {
  return <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d={paths[name]} /></svg>
}

/** The styles of all this, into the root of whoever is drawn first. */
export const dress = dressing(css)

/** `1.4 MB` in the reader's language. */
export function sizeText(bytes: number, language: string): string {
  const step = bytes < 1 ? 0 : Math.min(2, Math.floor(Math.log(bytes) / Math.log(1024)))
  const unit = ['byte', 'kilobyte', 'megabyte'][step]
  const value = bytes / 1024 ** step
  const maximumFractionDigits = step && value < 10 ? 1 : 0
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits }).format(value)
}
