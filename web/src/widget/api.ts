import type { Config, Message, Situation } from './types'

/** The server said no. `passing`: it may say yes later without anything being changed. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** The problem's code. */
    readonly type: string | null = null,
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

  /** The token opens nothing any more. */
  get gone(): boolean {
    return this.status === 401 || this.status === 403 || this.status === 404
  }
}

export interface Opening {
  key: string
  name?: string
  subject?: string
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
    return this.ask('GET', `config?key=${encodeURIComponent(key)}&language=${this.language}`)
  }

  /** The same `idempotencyKey` again is the same conversation. */
  start(opening: Opening, idempotencyKey: string): Promise<Started> {
    return this.ask('POST', 'conversations', { body: opening, idempotencyKey })
  }

  messages(token: string, after: number): Promise<{ items: Message[]; conversation?: Situation }> {
    return this.ask('GET', `messages?after=${after}`, { token })
  }

  post(token: string, text: string, client_id: string): Promise<Message> {
    return this.ask('POST', 'messages', { token, body: { text, client_id } })
  }

  end(token: string): Promise<Situation | undefined> {
    return this.ask('POST', 'end', { token, body: {} })
  }

  private async ask<T>(method: string, path: string, { body, token, idempotencyKey }: Asked = {}): Promise<T> {
    const headers: Record<string, string> = { 'Accept-Language': this.language }
    if (body !== undefined) headers['Content-Type'] = 'application/json'
    if (token) headers.Authorization = `Bearer ${token}`
    if (idempotencyKey) headers['Idempotency-Key'] = idempotencyKey
    const response = await fetch(`${this.server}/widget/v1/${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'omit',
      cache: 'no-store',
    })
    const text = await response.text()
    const answer: unknown = text ? parse(text) : undefined
    if (!response.ok) throw refused(response.status, answer)
    return answer as T
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function refused(status: number, answer: unknown): Refused {
  const problem = answer as { type?: string; title?: string; detail?: string } | undefined
  return new Refused(status, problem?.detail || problem?.title || `${status}`, problem?.type ?? null)
}
