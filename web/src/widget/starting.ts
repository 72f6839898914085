import { newId } from '../api/newId'

import { Refused, type Api, type Opening } from './api'
import type { Person } from './person'
import type { Store } from './storage'
import type { Config } from './types'
import type { View } from './view'

/** What whoever starts has filled in. */
export type Form = Pick<Opening, 'name' | 'subject' | 'consent' | 'email' | 'phone'>

/** Where what is begun comes in: with the key of the page, unless a message is left, or a call begins. */
export function keyOf({ config, leaving, calling }: View, key: string): string {
  return (leaving && config?.closed?.leave) || (calling && config?.calls?.[calling]) || key
}

const RETRIES_MS = [500, 1500, 4000]
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** What the page itself offers stays, also while another text is shown. */
export function besides({ config: known, leaving, calling }: View, config: Config): Config {
  return { ...config, ...(leaving && { closed: known?.closed }), ...(calling && { calls: known?.calls }) }
}

/** With what was shown, and whom the site has signed. */
export function openingOf(key: string, language: string, view: View, form: Form, person: Person | null): Opening {
  const { config, leaving, signed } = view
  return {
    key: keyOf(view, key),
    language,
    version: config?.version ?? 0,
    text_language: config?.language ?? language,
    ...form,
    ...(signed && person && !leaving && { identity: person.token }),
  }
}

/** Starts a conversation once: the same words, also after a lost answer or a page loaded anew, are the same one. */
export async function startOnce(api: Api, tab: Store, opening: Opening): Promise<string> {
  const said = JSON.stringify({ ...opening, identity: undefined })
  const former = tab.get<{ id: string; said: string }>('start')
  const id = former?.said === said ? former.id : newId()
  tab.set('start', { id, said })
  for (const pause of [...RETRIES_MS, 0]) {
    try {
      const { token } = await api.start(opening, id)
      tab.set('start', null)
      return token
    } catch (error) {
      if (!pause || (error instanceof Refused && !error.passing)) throw error
      await wait(pause)
    }
  }
  throw new TypeError()
}
