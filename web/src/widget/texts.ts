import type en from './messages/en.json'

type Facts = Readonly<Record<string, string | number | null>>

export type Key = keyof typeof en
/** One language: the widget's own words, and under `told` what customers hear of events, in the words of the house. */
export type Catalogue = Readonly<Record<Key, string>> & { readonly told: Readonly<Record<string, string>> }
export interface Texts {
  (key: Key, facts?: Facts): string
  /** Null for a code that the catalogue does not have. */
  told(code: string, facts: Facts): string | null
}

export const LANGUAGES = ['en', 'fi', 'sv'] as const

/** The language of ours that a tag such as `fi-FI` asks for; English for all others. */
export function ourLanguage(tag: string | null | undefined): string {
  const language = (tag ?? '').split('-')[0]?.toLowerCase()
  return LANGUAGES.find((ours) => ours === language) ?? 'en'
}

/** How dates and times are written: English ones never the American way, which half of the world misreads. */
export function dateLocale(language: string): string {
  return language === 'en' ? 'en-GB' : language
}

const PAUSE_MS = 3000

/** A language is a file of its own, so that each customer loads one; without it there is nothing to show. */
export async function loadTexts(server: string, language: string): Promise<Texts> {
  for (;;) {
    try {
      const response = await fetch(`${server}/widget/v1/${language}.json`, { credentials: 'omit' })
      if (response.ok) return textsOf((await response.json()) as Catalogue)
    } catch {
      // No network: tried again below.
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
}

function fill(template: string, facts: Facts): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => String(facts[name] ?? ''))
}

export function textsOf(catalogue: Catalogue): Texts {
  const text = (key: Key, facts: Facts = {}) => fill(catalogue[key], facts)
  const told = (code: string, facts: Facts) => {
    const template = catalogue.told[code]
    return template === undefined ? null : fill(template, facts)
  }
  return Object.assign(text, { told })
}
