import type { Backend, TrialRow } from './insight'

/** Reading a labelled file: text and label, and if it is there the language, in columns with a heading or without. */
const LABELS: Readonly<Record<string, TrialRow['label']>> = {
  negative: 'negative', neg: 'negative', '-1': 'negative', neutral: 'neutral', neu: 'neutral', '0': 'neutral', positive: 'positive', pos: 'positive', '1': 'positive',
}
export const MOST_ROWS = 2000
export const LONGEST = 4000

export interface ReadFile {
  rows: TrialRow[]
  /** Numbers of lines that could not be read, from 1. */
  bad: number[]
  /** More rows than are tried. */
  cut: number
}

/** Cells of a line: separated by tabs if there is one, else by commas or semicolons, with quotes as spreadsheets write them. */
function cells(line: string): string[] {
  if (line.includes('\t')) return line.split('\t')
  const separator = line.includes(';') && !line.includes(',') ? ';' : ','
  const found: string[] = []
  let cell = ''
  let quoted = false
  for (let index = 0; index < line.length; index += 1) {
    const letter = line[index]
    if (letter === '"' && quoted && line[index + 1] === '"') {
      cell += '"'
      index += 1
    } else if (letter === '"') quoted = !quoted
    else if (letter === separator && !quoted) {
      found.push(cell)
      cell = ''
    } else cell += letter ?? ''
  }
  return [...found, cell]
}

function rowOf(parts: readonly string[]): TrialRow | null {
  const at = parts.findIndex((one) => one.trim().toLowerCase() in LABELS)
  const label = at < 0 ? undefined : LABELS[parts[at]?.trim().toLowerCase() ?? '']
  const others = parts.filter((_, index) => index !== at).map((one) => one.trim())
  const language = others.find((one) => /^[a-z]{2}$/.test(one)) ?? ''
  const text = others.filter((one) => one !== language).sort((one, other) => other.length - one.length)[0] ?? ''
  return label && text ? { text: text.slice(0, LONGEST), label, language } : null
}

export function readLabelled(content: string): ReadFile {
  const rows: TrialRow[] = []
  const bad: number[] = []
  const lines = content.replace(/^\uFEFF/, '').split(/\r?\n/)
  lines.forEach((line, index) => {
    if (!line.trim()) return
    const row = rowOf(cells(line))
    if (row) rows.push(row)
    // A first line without a label is the heading.
    else if (index > 0) bad.push(index + 1)
  })
  return { rows: rows.slice(0, MOST_ROWS), bad, cut: Math.max(0, rows.length - MOST_ROWS) }
}

export interface Score {
  rows: number
  accuracy: number
  macro_f1: number
  opposite: number
  unsure: number
  matrix: Readonly<Record<string, Readonly<Record<string, number>>>>
}
export interface TrialResult {
  kind: 'result'
  backend: string
  everything: Score
  languages: Readonly<Record<string, Score>>
  p50_ms: number
  p99_ms: number
  wrong: readonly { text: string; label: string; read: string }[]
}
export type TrialLine = { kind: 'progress'; done: number; rows: number } | TrialResult | { kind: 'failed'; why: string }

export interface Tried {
  backend: Backend
  result: TrialResult | null
  why: string | null
}
