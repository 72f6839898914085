/** Quick replies: a slash, a few letters of the shortcut or the text, and the reply stands there. */
export interface Reply {
  id: string
  name: string
  queue_id: string | null
  texts: Readonly<Record<string, string>>
}

/** A reply in one language, as it is offered. */
export interface Offered {
  id: string
  name: string
  language: string
  text: string
}

/** The word that begins with a slash just before the cursor: where it begins, and what is written of it. */
export function slashBefore(text: string, cursor: number): { from: number; words: string } | null {
  const found = /(?:^|\s)\/([^\s/]*)$/.exec(text.slice(0, cursor))
  return found ? { from: cursor - (found[1]?.length ?? 0) - 1, words: found[1] ?? '' } : null
}

const FIRST = 8

/** Those that fit what is written: the customer's language first, then the reader's, shortcuts before texts. */
export function fitting(replies: readonly Reply[], words: string, languages: readonly string[]): Offered[] {
  const wanted = words.toLocaleLowerCase()
  const order = (language: string) => (languages.includes(language) ? languages.indexOf(language) : languages.length)
  const score = (one: Offered) => (one.name.toLocaleLowerCase().startsWith(wanted) ? 0 : 1)
  return replies
    .flatMap(({ id, name, texts }) => Object.entries(texts).map(([language, text]) => ({ id, name, language, text })))
    .filter((one) => `${one.name} ${one.text}`.toLocaleLowerCase().includes(wanted))
    .sort((one, other) => score(one) - score(other) || order(one.language) - order(other.language) || one.name.localeCompare(other.name))
    .slice(0, FIRST)
}
