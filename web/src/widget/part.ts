import type { Chat } from './chat'
import type { Key, Texts } from './texts'

/** What every part is given. All is drawn anew whenever the chat knows something new. */
export interface Part {
  chat: Chat
  texts: Texts
  language: string
}

/** Words of the server as they are; a key of the catalogue stands after a `#`. */
export function problemText(problem: string, texts: Texts): string {
  return problem.startsWith('#') ? texts(problem.slice(1) as Key) : problem
}
