/** Words, and what of them is chosen. */
export interface Chosen {
  text: string
  from: number
  to: number
}

/** Puts a mark around what is chosen, or takes it away where it is there. */
export function around({ text, from, to }: Chosen, mark: string): Chosen {
  const size = mark.length
  const single = mark.length === 1
  const before = text.slice(from - size, from)
  // The second star of a bold is no italic's.
  const is = from >= size && before === mark && text.slice(to, to + size) === mark && !(single && text[from - 2] === mark && text[to + 1] === mark)
  if (is) return { text: text.slice(0, from - size) + text.slice(from, to) + text.slice(to + size), from: from - size, to: to - size }
  // A mark stands at the words: spaces that were chosen with them stay outside.
  const chosen = text.slice(from, to)
  const lead = chosen.trim() ? chosen.length - chosen.trimStart().length : 0
  const trail = chosen.trim() ? chosen.length - chosen.trimEnd().length : 0
  const [start, end] = [from + lead, to - trail]
  return { text: text.slice(0, start) + mark + text.slice(start, end) + mark + text.slice(end), from: start + size, to: end + size }
}

/** Makes items of the lines that are chosen. */
export function listed({ text, from, to }: Chosen): Chosen {
  const start = text.lastIndexOf('\n', from - 1) + 1
  const next = text.indexOf('\n', to)
  const end = next < 0 ? text.length : next
  const lines = text.slice(start, end).split('\n').map((line) => (line.startsWith('- ') ? line : `- ${line}`))
  const changed = lines.join('\n')
  return { text: text.slice(0, start) + changed + text.slice(end), from: start + changed.length, to: start + changed.length }
}

/** Makes a link of what is chosen; where it leads is chosen next. */
export function linked({ text, from, to }: Chosen): Chosen {
  const chosen = text.slice(from, to)
  const isAddress = /^https?:\/\/\S+$/.test(chosen)
  const [name, there] = isAddress ? ['', chosen] : [chosen, 'https://']
  const at = isAddress ? from + 1 : from + name.length + 3
  return { text: `${text.slice(0, from)}[${name}](${there})${text.slice(to)}`, from: at, to: at + (isAddress ? 0 : there.length) }
}
