import type { MakeLater } from './deferred'
import type { Config, Message, Situation } from './types'

/** The server said no. `passing`: it may say yes later without anything being changed. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** The problem's code. */
    readonly type?: string,
  ) {
    super(message)
  }

  get passing(): boolean {
    return this.status === 429 || this.status >= 500
  }

  /** Another text is to be shown than the one that was, or another question asked. */
  get outdated(): boolean {
    return this.type === 'settings/changed-meanwhile' || this.type === 'consent/answer-needed'
  }

  /** The token opens nothing any more, or nothing from this page. What else may not be, such as files, is not the end. */
  get gone(): boolean {
    return this.status === 401 || this.status === 404 || this.type === 'request/foreign-origin'
  }
}

/** What went wrong, in the server's words, or a key of the catalogue after a `#`. */
export function words(error: unknown): string {
  return error instanceof Refused ? error.message : '#unreachable'
}

export interface Opening {
  key: string
  name?: string
  subject?: string
  email?: string
  phone?: string
  /** What the site has signed of who it is. */
  identity?: string
  language: string
  consent?: boolean
  /** Of the text that was shown; 0 when there was none. */
  version: number
  text_language: string
}

export interface Started {
  conversation: Situation
  token: string
}

export interface Identified {
  verified: boolean
  name: string | null
  /** What was wrong with the token of a stranger. */
  flaw: string | null
  token: string | null
}

interface Asked {
  body?: unknown
  token?: string
  idempotencyKey?: string
}

/** The customer's routes of one server. No cookies: the token is the only right there is. */
export class Api {
  constructor(
    readonly server: string,
    public language: string,
  ) {}

  config(key: string): Promise<Config> {
    return this.#ask('GET', `config?key=${encodeURIComponent(key)}&language=${this.language}`)
  }

  /** The same `idempotencyKey` again is the same conversation. */
  start(opening: Opening, idempotencyKey: string): Promise<Started> {
    return this.#ask('POST', 'conversations', { body: opening, idempotencyKey })
  }

  identify(key: string, identity: string): Promise<Identified> {
    return this.#ask('POST', 'identify', { body: { key, identity } })
  }

  messages(token: string, after: number): Promise<{ items: Message[]; conversation?: Situation }> {
    return this.#ask('GET', `messages?after=${after}`, { token })
  }

  post(token: string, body: { text: string; client_id: string; attachments: readonly string[] }): Promise<Message> {
    return this.#ask('POST', 'messages', { token, body })
  }

  end(token: string): Promise<Situation | undefined> {
    return this.#ask('POST', 'end', { token, body: {} })
  }

  /** Code that is needed once the panel is open. */
  later(): Promise<{ later: MakeLater }> {
    return import(/* @vite-ignore */ `${this.server}/widget/v1/later.js`) as Promise<{ later: MakeLater }>
  }

  async #ask<T>(method: string, path: string, { body, token, idempotencyKey }: Asked = {}): Promise<T> {
    const response = await fetch(`${this.server}/widget/v1/${path}`, {
      method,
      headers: {
        'Accept-Language': this.language,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(token && { Authorization: `Bearer ${token}` }),
        ...(idempotencyKey && { 'Idempotency-Key': idempotencyKey }),
      },
      body: JSON.stringify(body),
      credentials: 'omit',
      cache: 'no-store',
    })
    if (response.ok) return (await response.json()) as T
    // Whoever stands between may answer with a page of its own.
    const problem = (await response.json().catch(() => ({}))) as { type?: string; title?: string; detail?: string }
    throw new Refused(response.status, problem.detail || problem.title || `${response.status}`, problem.type)
  }
}
