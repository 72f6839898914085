import { shallowRef } from 'vue'

/**
 * The server's own catalogue: why something is refused, what an event says, what an act is called. The
 * console reads the same files, so a disabled button and the refusal of its request say the same sentence.
 */
export type Facts = Readonly<Record<string, unknown>>

const files = import.meta.glob<unknown>('../../../src/valvomo/protocol/texts/*.json', { import: 'default' })
const texts = shallowRef<ServerTexts>({})

/** Facts whose values are codes stand in the section of their name; some share another's. */
const SECTIONS = new Set(['state', 'stage', 'presence', 'role', 'channel', 'mode', 'right', 'offer', 'cause', 'onward', 'visibility', 'file_kind', 'problem', 'advice'])
const SHARED: Readonly<Record<string, string>> = { stage: 'state', problem: 'delivery_problem', advice: 'delivery_advice' }

/** `{a: {b: 'x'}}` as `{'a.b': 'x'}`. */
export function flatten(tree: unknown, prefix = ''): Record<string, string> {
  if (typeof tree === 'string') return { [prefix]: tree }
  if (typeof tree !== 'object' || tree === null) return {}
  const parts = Object.entries(tree).map(([key, value]) => flatten(value, prefix ? `${prefix}.${key}` : key))
  return Object.assign({}, ...parts) as Record<string, string>
}

export type ServerTexts = Readonly<Record<string, string>>

export async function readServerTexts(language: string): Promise<ServerTexts> {
  const entry = Object.entries(files).find(([path]) => path.endsWith(`/${language}.json`))
  return entry ? flatten(await entry[1]()) : {}
}

/** From now on these are what is said. */
export function showServerTexts(read: ServerTexts): void {
  texts.value = read
}

function word(name: string, value: unknown): string | null {
  if (value === null || value === undefined) return null
  const section = SHARED[name] ?? name
  const found = SECTIONS.has(name) ? texts.value[`${section}.${String(value)}`] : undefined
  return found ?? String(value)
}

/** The text under a key such as `act.monitor`, filled with the facts; null where there is none. */
export function serverText(key: string, facts: Facts = {}): string | null {
  const template = texts.value[key]
  if (template === undefined) return null
  return template.replace(/\{(\w+)\}/g, (_, name: string) => word(name, facts[name]) ?? texts.value.unknown ?? '?')
}

/** Whether the text can be said with these facts without a hole in it. */
export function isComplete(key: string, facts: Facts): boolean {
  const names = [...(texts.value[key] ?? '').matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
  return names.every((name) => facts[name] !== undefined && facts[name] !== null)
}
