import { newId } from '../api/newId'
import type { CallFrame } from '../calls/frames'

import { Api, Refused, words } from './api'
import type { Later, Taken } from './deferred'
import { Line, type Down } from './line'
import type { Outbox } from './outbox'
import { lockUp, personOf, shelfOf, type Person } from './person'
import { outboxOf } from './sending'
import { besides, keyOf, openingOf, startOnce, type Form } from './starting'
import { Store } from './storage'
import { SILENT, TYPING_MS, continuousTo, hasGap, takeItems } from './talk'
import type { Item, Situation } from './types'
import { BEGINNING, type View } from './view'

/** What is said of today and tomorrow becomes another day's. */
const CLOCK_MS = 60_000

/** The customer's one conversation with one workstream: what is known, and what can be done. */
export class Chat {
  view = BEGINNING
  /** What is being written. */
  draft = ''
  later: Later | null = null
  readonly outbox: Outbox
  /** Called whenever something new is known. */
  onChange = (): void => undefined
  readonly #api: Api
  readonly #lasting: Store
  readonly #tab: Store
  readonly #line: Line
  readonly #person: Person | null
  #token: string | null = null
  #reading = false
  readonly #halted = new AbortController()
  readonly type = (): void => this.#line.typing()
  readonly say = (frame: CallFrame): void => this.#line.say(frame)
  /** What an act of the customer's has answered. */
  readonly know = (situation: Situation): void => this.#take([{ ...situation, kind: 'conversation' }])
  #clock: ReturnType<typeof setInterval> | undefined

  constructor(
    server: string,
    private readonly key: string,
    language: string,
    identity: string | null = null,
  ) {
    this.#api = new Api(server, language)
    this.#person = personOf(identity)
    const shelf = shelfOf(key, this.#person)
    this.#lasting = new Store(shelf, true)
    this.#tab = new Store(shelf, false)
    this.outbox = outboxOf({
      api: this.#api,
      shelf: this.#lasting,
      lock: `valvomo.${shelf}`,
      token: () => this.#token,
      later: () => this.#more(),
      posted: (message) => this.#take([{ ...message, kind: 'message' }]),
      changed: (outgoing) => this.#show({ outgoing }),
      gone: () => void this.#read(),
    })
    this.#line = new Line({
      open: () => new WebSocket(`${server.replace(/^http/, 'ws')}/widget/v1/live`),
      since: () => continuousTo(this.view.talk.messages),
      token: () => this.#token ?? '',
      items: (items) => this.#take(items),
      answer: (frame) => this.later?.hear([frame]),
      status: (down) => this.#connected(down),
      refused: () => void this.#read(),
      later: (act, ms) => clearTimeout.bind(undefined, setTimeout(act, ms)),
      random: Math.random,
    })
  }

  /** Goes on with the conversation that this browser has; asks the server nothing when there is none. */
  begin(): void {
    addEventListener('online', this.#hurry, this.#halted)
    // A socket that nothing comes through is noticed after half a minute; the browser knows at once.
    addEventListener('offline', () => this.#show({ down: 'offline' }), this.#halted)
    addEventListener('storage', this.#onStorage, this.#halted)
    document.addEventListener('visibilitychange', this.#see, this.#halted)
    this.#show({ open: this.#tab.get<boolean>('open') ?? false, outgoing: this.outbox.all() })
    this.#clock = setInterval(() => this.#show({}), CLOCK_MS)
    if (!this.#person) lockUp(this.key)
    this.#resume()
    if (this.view.open) void this.load()
    if (this.#person) void this.#identify().catch(() => undefined)
  }

  halt(): void {
    clearInterval(this.#clock)
    this.#halted.abort()
    this.#line.stop()
    this.later?.hear(null)
  }

  toggle(open: boolean): void {
    this.#tab.set('open', open)
    this.#show({ open, problem: null })
    if (!open) return
    this.#see()
    if (!this.view.config) void this.load()
  }

  /** Where the server is, and what it is told of who asks. */
  access(): { server: string; headers: Record<string, string> } {
    const { server, language } = this.#api
    return { server, headers: { Authorization: `Bearer ${this.#token ?? ''}`, 'Accept-Language': language } }
  }

  /** What is needed once the panel is open. */
  async #more(): Promise<Later> {
    if (!this.later) {
      const { later } = await this.#api.later()
      this.later ??= later(this)
      this.#show({})
      this.later.hear([])
    }
    return this.later
  }

  async speak(language: string): Promise<void> {
    this.#api.language = language
    if (this.view.config) await this.load()
  }

  async load(): Promise<void> {
    try {
      void this.#more().catch(() => this.#token || this.#show({ phase: 'unavailable' }))
      const config = await this.#api.config(keyOf(this.view, this.key))
      if (!this.#token && !(await this.#identify())) return
      this.#show({ config: besides(this.view, config), phase: this.#token ? 'talk' : 'form' })
    } catch {
      if (!this.#token) this.#show({ phase: 'unavailable' })
    }
  }

  /** The server's word for who the site says that this is; false where it serves nobody who is not signed. */
  async #identify(): Promise<boolean> {
    if (!this.#person || this.view.signed) return true
    try {
      const { verified, name, token, flaw } = await this.#api.identify(this.key, this.#person.token)
      if (!verified && this.#token) this.#forget()
      this.#show({ signed: verified ? { name } : null, flaw })
      if (token && !this.#token) {
        this.#lasting.set('token', token)
        this.#resume()
      }
      return true
    } catch (error) {
      if (!(error instanceof Refused) || error.passing) throw error
      this.#forget()
      this.#show({ phase: 'refused', problem: error.message })
      return false
    }
  }

  /** Nobody serves now: a message is left where it waits for an answer. Or one calls: another text may stand before that. */
  async turn(to: Partial<Pick<View, 'leaving' | 'calling' | 'phase'>>): Promise<void> {
    this.#show({ problem: null, busy: true, ...to })
    await this.load()
    this.#show({ busy: false })
  }

  async start(form: Form, first = ''): Promise<void> {
    const opening = openingOf(this.key, this.#api.language, this.view, form, this.#person)
    this.#show({ busy: true, problem: null })
    try {
      const token = await startOnce(this.#api, this.#tab, opening)
      this.#lasting.set('seen', 0)
      this.#lasting.set('token', token)
      this.outbox.hold()
      this.#show({ busy: false, seen: 0 })
      if (first) this.send(first)
      this.#resume()
    } catch (error) {
      const outdated = error instanceof Refused && error.outdated
      if (outdated) await this.load()
      this.#show({ busy: false, problem: outdated ? '#changed' : words(error) })
    }
  }

  send(text: string, taken: Partial<Taken> = {}): void {
    const { attachments, files } = taken
    this.outbox.add({ client_id: newId(), text, attachments, files, at: new Date().toISOString(), failed: null })
    this.#line.hurry()
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

  #resume(): void {
    this.#token = this.#lasting.get<string>('token')
    if (!this.#token) return
    this.#show({ phase: 'talk', seen: this.#lasting.get<number>('seen') ?? 0, outgoing: this.outbox.all() })
    if (this.view.open) void this.#more().catch(() => undefined)
    this.#line.start()
    void this.outbox.run()
    void this.#read()
  }

  /** What was not sent stays, for another conversation. */
  #forget(problem: string | null = null): void {
    this.#line.stop()
    this.later?.hear(null)
    this.#token = null
    this.#lasting.set('token', null)
    this.#lasting.set('seen', null)
    this.#show({ talk: SILENT, phase: this.view.config ? 'form' : 'loading', seen: 0, leaving: false, calling: null, problem })
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
    this.outbox.arrived(new Set(talk.messages.flatMap((message) => message.client_id ?? [])))
    this.#show({ talk })
    // Typing is believed for a while only: whoever types says so again and again.
    if (talk.typing && talk.typing !== before.typing) setTimeout(() => this.#show({}), TYPING_MS + 50)
    this.#see()
    if (hasGap(talk) && talk.messages.length > before.messages.length) void this.#read()
    if (talk.situation?.state === 'closed') this.#line.stop()
    if (talk.situation?.call) void this.#more().catch(() => undefined)
    this.later?.hear(items)
  }

  /** What is on the screen is seen; a page in the background shows nothing. */
  readonly #see = (): void => {
    const last = this.view.talk.messages.at(-1)?.seq ?? 0
    if (!this.view.open || document.hidden || last <= this.view.seen) return
    this.#lasting.set('seen', last)
    this.#show({ seen: last })
    this.#line.seen(last)
  }

  #connected(down: Down): void {
    this.#show({ down })
    if (down) return void this.#read()
    void this.outbox.run()
    if (this.view.seen) this.#line.seen(this.view.seen)
  }

  readonly #hurry = (): void => {
    this.#line.hurry()
    void this.outbox.run()
  }

  /** Another tab of the site began or left the conversation, or wrote. */
  readonly #onStorage = (): void => {
    this.#show({ outgoing: this.outbox.all() })
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
