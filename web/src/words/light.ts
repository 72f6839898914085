/**
 * Light marks in what the house writes, read into what is to be shown: **bold**, *italic*, `code`, links and lists.
 * Nobody makes markup of it: whoever shows it builds elements, with words as text and links that begin with http alone.
 * What channels make of the same marks is `domain/conversations/light.py`; one table keeps both alike.
 */
export type Inline = string | { kind: 'bold' | 'italic'; inside: Inline[] } | { kind: 'code'; text: string } | { kind: 'link'; text: string; href: string }
export interface Item {
  inside: Inline[]
  number?: number
}
export type Block = { kind: 'words'; inside: Inline[] } | { kind: 'list'; ordered: boolean; items: Item[] } | { kind: 'code'; text: string }

/** Marks within marks; what is deeper is read as it stands. */
const DEEPEST = 3
/** Characters between two marks. */
const LONGEST = 300
/** Spaces of all kinds, controls, and what ends an address in words. */
const NO_URL = '\\x00-\\x20\\x7f-\\xa0\\u2028\\u2029<>"`'
/** What stands between two of these marks: it neither begins nor ends with a space or the mark. */
const between = (mark: string) => `([^ \\t\\n${mark}](?:[^\\n]{0,${LONGEST}}?[^ \\t\\n${mark}])?)`
const TOKEN = [
  '`([^`\\n]+)`',
  `\\[([^\\[\\]\\n]{1,300})\\]\\((https?://[^()${NO_URL}]{1,2000})\\)`,
  `(https?://[^${NO_URL}]+)`,
  `\\*\\*([^ \\t\\n*](?:[^\\n]{0,${LONGEST}}?[^ \\t\\n])?)\\*\\*(?![\\p{L}\\p{N}_*])`,
  `\\*${between('*')}\\*(?![\\p{L}\\p{N}_*])`,
  `_${between('_')}_(?![\\p{L}\\p{N}_])`,
].join('|')
const WORD = /[\p{L}\p{N}_]/u
const TRAILING = /[.,;:!?'")\]*_]+$/
const FENCE = /^```[^`]{0,20}$/
const ITEM = /^ {0,3}(?:[-*]|(\d{1,3})[.)]) (.+)$/

/** One line, or a part of one. */
export function inline(text: string, depth = 0): Inline[] {
  const token = new RegExp(TOKEN, 'gu')
  const found: Inline[] = []
  let done = 0
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [, code, name, there, bare, bold, star, line] = match
    const start = match.index
    const marked = bold ?? star ?? line
    let shown: Inline
    if (marked !== undefined) {
      // The character before, whole: a letter beyond the first plane is two units.
      const before = [...text.slice(Math.max(0, start - 2), start)].at(-1) ?? ''
      if (depth === DEEPEST || WORD.test(before) || before === text[start]) {
        token.lastIndex = start + 1
        continue
      }
      shown = { kind: bold === undefined ? 'italic' : 'bold', inside: inline(marked, depth + 1) }
    } else if (bare !== undefined) {
      const href = bare.replace(TRAILING, '')
      token.lastIndex = start + href.length
      shown = { kind: 'link', text: href, href }
    } else if (code !== undefined) shown = { kind: 'code', text: code }
    else shown = { kind: 'link', text: name ?? '', href: there ?? '' }
    if (start > done) found.push(text.slice(done, start))
    found.push(shown)
    done = token.lastIndex
  }
  if (done < text.length) found.push(text.slice(done))
  return found
}

/** All of it, line by line; lines of words that follow each other stay together. */
export function light(text: string): Block[] {
  const lines = text.split('\n')
  const found: Block[] = []
  let words: string[] = []
  const close = () => {
    if (words.length) found.push({ kind: 'words', inside: words.flatMap((line, index) => (index ? ['\n', ...inline(line)] : inline(line))) })
    words = []
  }
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    const end = FENCE.test(line) ? lines.indexOf('```', at + 1) : -1
    const item = ITEM.exec(line)
    if (end > 0) {
      close()
      found.push({ kind: 'code', text: lines.slice(at + 1, end).join('\n') })
      at = end
    } else if (item) {
      close()
      const ordered = item[1] !== undefined
      const one: Item = { inside: inline(item[2] ?? ''), ...(ordered && { number: Number(item[1]) }) }
      const last = found.at(-1)
      if (last?.kind === 'list' && last.ordered === ordered) last.items.push(one)
      else found.push({ kind: 'list', ordered, items: [one] })
    } else words.push(line)
  }
  close()
  return found
}

const plainOf = (one: Inline): string => {
  if (typeof one === 'string') return one
  if (one.kind === 'link') return one.text === one.href ? one.href : `${one.text} (${one.href})`
  return one.kind === 'code' ? one.text : one.inside.map(plainOf).join('')
}

/** The words without their marks, as they go out where nobody reads them. */
export function plain(text: string): string {
  const lines = text.split('\n')
  const found: string[] = []
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    const end = FENCE.test(line) ? lines.indexOf('```', at + 1) : -1
    if (end > 0) {
      found.push(...lines.slice(at + 1, end))
      at = end
    } else found.push(inline(line).map(plainOf).join(''))
  }
  return found.join('\n')
}
