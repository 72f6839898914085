import { newId } from '../api/newId'

import { Api, Refused, words, type Opening } from './api'
import type { Later } from './later/later'
import { Line, type Down } from './line'
import { Outbox } from './outbox'
import { Store } from './storage'
import { SILENT, TYPING_MS, continuousTo, hasGap, takeItems, type Talk } from './talk'
import type { Attachment, Config, Item, Outgoing } from './types'

export interface View {
  phase: 'loading' | 'unavailable' | 'form' | 'talk'
  config: Config | null
  talk: Talk
  outgoing: readonly Outgoing[]
  /** What keeps the line down, named as what is said of it. */
  down: Down
  open: boolean
  /** Number of the last message that was seen. */
  seen: number
  /** An act is under way. */
  busy: boolean
  /** What went wrong, in the server's words, or a key of the catalogue after a `#`. */
  problem: string | null
}

const BEGINNING: View = {
  phase: 'loading',
  config: null,
  talk: SILENT,
  outgoing: [],
  down: 'offline',
  open: false,
  seen: 0,
  busy: false,
  problem: null,
}

const TYPING_EVERY_MS = 3000
const START_RETRIES_MS = [500, 1500, 4000]
/** What is said of today and tomorrow becomes another day's. */
const CLOCK_MS = 60_000
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** The customer's one conversation with one workstream: what is known, and what can be done. */
export class Chat {
  view = BEGINNING
  /** What is being written. */
  draft = ''
  later: Later | null = null
  /** Called whenever something new is known. */
  onChange = (): void => undefined
  readonly #api: Api
  readonly #lasting: Store
  readonly #tab: Store
  readonly #outbox: Outbox
  readonly #line: Line
  #token: string | null = null
  #typedAt = 0
  #reading = false
  #clock: ReturnType<typeof setInterval> | undefined

  constructor(
    server: string,
    private readonly key: string,
    language: string,
  ) {
    this.#api = new Api(server, language)
    this.#lasting = new Store(key, true)
    this.#tab = new Store(key, false)
    this.#outbox = new Outbox({
      post: async ({ text, client_id, attachments = [] }) => {
        const ids = attachments.map(({ id }) => id)
        const message = await this.#api.post(this.#token ?? '', { text, client_id, attachments: ids })
        this.#take([{ ...message, client_id, kind: 'message' }])
      },
      load: () => this.#tab.get<Outgoing[]>('outbox') ?? [],
      keep: (messages) => this.#tab.set('outbox', messages),
      changed: (outgoing) => this.#show({ outgoing }),
      later: (act, ms) => void setTimeout(act, ms),
    })
    this.#line = new Line({
      open: () => new WebSocket(`${server.replace(/^http/, 'ws')}/widget/v1/live`),
      since: () => continuousTo(this.view.talk.messages),
      token: () => this.#token ?? '',
      items: (items) => this.#take(items),
      status: (down) => this.#connected(down),
      refused: () => void this.#read(),
      later: (act, ms) => clearTimeout.bind(undefined, setTimeout(act, ms)),
      random: Math.random,
    })
  }

  /** Goes on with the conversation that this browser has; asks the server nothing when there is none. */
  begin(): void {
    window.addEventListener('online', this.#hurry)
    window.addEventListener('storage', this.#onStorage)
    this.#show({ open: this.#tab.get<boolean>('open') ?? false })
    this.#clock = setInterval(() => this.#show({}), CLOCK_MS)
    this.#resume()
    if (this.view.open) void this.load()
  }

  halt(): void {
    clearInterval(this.#clock)
    window.removeEventListener('online', this.#hurry)
    window.removeEventListener('storage', this.#onStorage)
    this.#line.stop()
  }

  toggle(open: boolean): void {
    this.#tab.set('open', open)
    this.#show({ open, problem: null })
    if (!open) return
    this.#see()
    void this.#more().catch(() => undefined)
    if (!this.view.config) void this.load()
  }

  /** Where the server is, and what it is told of who asks. */
  access(): { server: string; headers: Record<string, string> } {
    const { server, language } = this.#api
    return { server, headers: { Authorization: `Bearer ${this.#token ?? ''}`, 'Accept-Language': language } }
  }

  async #more(): Promise<void> {
    if (this.later || !this.view.open || !this.#token) return
    this.later = (await this.#api.later()).later(this)
    this.#show({})
  }

  async speak(language: string): Promise<void> {
    this.#api.language = language
    if (this.view.config) await this.load()
  }

  async load(): Promise<void> {
    try {
      const config = await this.#api.config(this.key)
      this.#show({ config, phase: this.#token ? 'talk' : 'form' })
    } catch {
      if (!this.#token) this.#show({ phase: 'unavailable' })
    }
  }

  async start(form: Pick<Opening, 'name' | 'subject' | 'consent'>): Promise<void> {
    const { config } = this.view
    const shown = { version: config?.version ?? 0, text_language: config?.language ?? this.#api.language }
    const opening: Opening = { key: this.key, language: this.#api.language, ...shown, ...form }
    this.#show({ busy: true, problem: null })
    try {
      const { token } = await this.#startOnce(opening)
      this.#tab.set('start', null)
      this.#lasting.set('seen', 0)
      this.#lasting.set('token', token)
      this.#show({ busy: false, seen: 0 })
      this.#resume()
    } catch (error) {
      const outdated = error instanceof Refused && error.outdated
      if (outdated) await this.load()
      this.#show({ busy: false, problem: outdated ? '#changed' : words(error) })
    }
  }

  send(text: string, attachments: readonly Attachment[] = []): void {
    this.#outbox.add({ client_id: newId(), text, attachments, at: new Date().toISOString(), failed: null })
    this.#line.hurry()
  }

  sendAgain(client_id: string): void {
    this.#outbox.again(client_id)
  }

  type(): void {
    if (Date.now() - this.#typedAt < TYPING_EVERY_MS) return
    this.#typedAt = Date.now()
    this.#line.typing()
  }

  async end(): Promise<void> {
    this.#show({ busy: true, problem: null })
    try {
      await this.#api.end(this.#token ?? '')
      await this.#read()
      this.#show({ busy: false })
    } catch (error) {
      this.#show({ busy: false, problem: words(error) })
    }
  }

  /** Leaves what has ended behind; the next conversation begins with the form. */
  startAnew(): void {
    this.#forget()
    void this.load()
  }

  async #startOnce(opening: Opening): Promise<{ token: string }> {
    const said = JSON.stringify(opening)
    const former = this.#tab.get<{ id: string; said: string }>('start')
    // A lost answer, or a page loaded anew meanwhile: the same words under the same id are the same conversation.
    const id = former?.said === said ? former.id : newId()
    this.#tab.set('start', { id, said })
    for (const pause of START_RETRIES_MS) {
      try {
        return await this.#api.start(opening, id)
      } catch (error) {
        if (error instanceof Refused && !error.passing) throw error
        await wait(pause)
      }
    }
    return this.#api.start(opening, id)
  }

  #resume(): void {
    this.#token = this.#lasting.get<string>('token')
    if (!this.#token) return
    this.#show({ phase: 'talk', seen: this.#lasting.get<number>('seen') ?? 0, outgoing: this.#outbox.all() })
    void this.#more().catch(() => undefined)
    this.#line.start()
    void this.#outbox.run()
    void this.#read()
  }

  #forget(problem: string | null = null): void {
    this.#line.stop()
    this.#token = null
    this.#lasting.set('token', null)
    this.#lasting.set('seen', null)
    this.#outbox.clear()
    this.#show({ talk: SILENT, phase: this.view.config ? 'form' : 'loading', seen: 0, problem })
  }

  /** Reads on over HTTP: after a gap, and where no live connection comes about. */
  async #read(): Promise<void> {
    if (!this.#token || this.#reading) return
    this.#reading = true
    const { messages, situation } = this.view.talk
    try {
      const { items, conversation } = await this.#api.messages(this.#token, continuousTo(messages))
      // What the line has told meanwhile is newer than what was read.
      const current = situation === this.view.talk.situation
      const state: Item[] = conversation && current ? [{ ...conversation, kind: 'conversation' }] : []
      this.#reading = false
      this.#take([...items.map((message) => ({ ...message, kind: 'message' as const })), ...state])
    } catch (error) {
      if (!(error instanceof Refused && error.gone)) return
      this.#forget('#expired')
      if (this.view.open) void this.load()
    } finally {
      this.#reading = false
    }
  }

  #take(items: readonly Item[]): void {
    const before = this.view.talk
    const talk = takeItems(before, items, Date.now())
    this.#outbox.arrived(new Set(talk.messages.flatMap((message) => message.client_id ?? [])))
    this.#show({ talk })
    // Typing is believed for a while only: whoever types says so again and again.
    if (talk.typing && talk.typing !== before.typing) setTimeout(() => this.#show({}), TYPING_MS + 50)
    if (this.view.open) this.#see()
    if (hasGap(talk) && talk.messages.length > before.messages.length) void this.#read()
    if (talk.situation?.state === 'closed') this.#line.stop()
  }

  /** What is on the screen is seen; a page in the background shows nothing. */
  #see(): void {
    const last = this.view.talk.messages.at(-1)?.seq ?? 0
    if (document.hidden || last <= this.view.seen) return
    this.#lasting.set('seen', last)
    this.#show({ seen: last })
  }

  #connected(down: Down): void {
    this.#show({ down })
    if (!down) void this.#outbox.run()
    else void this.#read()
  }

  readonly #hurry = (): void => {
    this.#line.hurry()
    void this.#outbox.run()
  }

  /** Another tab of the site began or left the conversation. */
  readonly #onStorage = (): void => {
    const token = this.#lasting.get<string>('token')
    if (token === this.#token) return
    if (this.#token) this.#forget()
    if (token) this.#resume()
    else if (this.view.open) void this.load()
  }

  #show(change: Partial<View>): void {
    this.view = { ...this.view, ...change }
    this.onChange()
  }
}
