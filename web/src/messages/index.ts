import { nextTick, type Ref } from 'vue'
import { createI18n } from 'vue-i18n'

import { readServerTexts, showServerTexts } from './server'

export const LANGUAGES = ['en', 'fi', 'sv'] as const
export type Language = (typeof LANGUAGES)[number]
/** Each language is named in itself, whatever the page's language is. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', fi: 'Suomi', sv: 'Svenska' }

type Catalogue = Record<string, unknown>

const english = import.meta.glob<Catalogue>('./en/*.json', { eager: true, import: 'default' })
const others = import.meta.glob<Catalogue>(['./fi/*.json', './sv/*.json'], { import: 'default' })

function merge(parts: readonly Catalogue[]): Catalogue {
  return Object.assign({}, ...parts) as Catalogue
}

export const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  missingWarn: false,
  fallbackWarn: false,
  messages: { en: merge(Object.values(english)) as never },
})

/** The catalogue's type knows English alone; the others are loaded when they are asked for. */
const locale = i18n.global.locale as Ref<string>
interface Plain {
  t(key: string, named?: Readonly<Record<string, unknown>>, plural?: number): string
  te(key: string): boolean
}
const plain = i18n.global as unknown as Plain
/** For what is no component; components use `useI18n`. */
export const translate = (key: string, named: Readonly<Record<string, unknown>> = {}, plural = 1): string => plain.t(key, named, plural)
export const hasText = (key: string): boolean => plain.te(key)
const STORED = 'valvomo.language'
const loaded = new Set<Language>(['en'])
/** Of two languages asked for at once, the later counts, whichever comes first over the network. */
let asked = 0

export function isLanguage(value: unknown): value is Language {
  return LANGUAGES.includes(value as Language)
}

/** The stored choice, else the account's, else the browser's, else English. */
export function preferredLanguage(account?: string | null): Language {
  const candidates = [localStorage.getItem(STORED), account, ...navigator.languages.map((tag) => tag.split('-')[0])]
  return candidates.find(isLanguage) ?? 'en'
}

/** Loads a language once and shows the page in it. `remember` keeps it as this browser's choice. */
export async function useLanguage(language: Language, remember = false): Promise<void> {
  asked += 1
  const turn = asked
  if (!loaded.has(language)) {
    const files = Object.entries(others).filter(([path]) => path.startsWith(`./${language}/`))
    const parts = await Promise.all(files.map(([, load]) => load()))
    i18n.global.setLocaleMessage(language, merge(parts) as never)
    loaded.add(language)
  }
  const texts = await readServerTexts(language)
  if (turn !== asked) return
  showServerTexts(texts)
  locale.value = language
  document.documentElement.lang = language
  if (remember) localStorage.setItem(STORED, language)
  await nextTick()
}

/** How dates and times are written: never the American way, which half of the world misreads. */
export function dateLocale(): string {
  return { en: 'en-GB', fi: 'fi-FI', sv: 'sv-SE' }[currentLanguage()]
}

export function currentLanguage(): Language {
  return locale.value as Language
}
