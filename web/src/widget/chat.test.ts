import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { Api } from './api'
import { Chat } from './chat'
import type { Later } from './deferred'

interface Asked {
  path: string
  body: Record<string, unknown> | null
  key: string | null
}

class NoSocket {
  static readonly OPEN = 1
  static last: NoSocket | null = null
  readyState = 0
  onmessage: ((event: { data: string }) => void) | null = null
  constructor() {
    NoSocket.last = this
  }
  close(): void {
    this.readyState = 3
  }
  tells(situation: object): void {
    this.onmessage?.({ data: JSON.stringify({ op: 'changes', data: [{ kind: 'conversation', id: 'c', ...situation }] }) })
  }
}

const asked: Asked[] = []
const world = { version: 1, refusal: '' }
/** Answers to who reads over HTTP, given when a test lets them come. */
let reads: ((body: object) => void)[] | null = null

/** A server whose text may change, and which knows which one was shown. */
function answer(address: string, { body, headers }: RequestInit = {}): Promise<Response> {
  const path = new URL(address).pathname.replace('/widget/v1/', '')
  const said = body ? (JSON.parse(String(body)) as Record<string, unknown>) : null
  asked.push({ path, body: said, key: new Headers(headers).get('Idempotency-Key') })
  const json = (value: unknown, status = 200) => Promise.resolve(new Response(JSON.stringify(value), { status }))
  if (path === 'config') {
    const { version } = world
    return json({ name: 'Shop', consent: 'consent', text: `Text ${version}`, version, language: 'en' })
  }
  if (path === 'conversations' && said?.version !== world.version) {
    return json({ type: world.refusal, title: 'Changed', detail: 'Changed.' }, 409)
  }
  if (path === 'conversations') return json({ conversation: { id: 'c', state: 'open' }, token: 'vc_1' }, 201)
  if (path === 'messages' && reads) {
    const slow = reads
    return new Promise((resolve) => slow.push((body) => resolve(new Response(JSON.stringify(body)))))
  }
  return json({ items: [] })
}

beforeEach(() => {
  vi.spyOn(Api.prototype, 'later').mockResolvedValue({ later: () => ({ hear: () => undefined }) as unknown as Later })
  vi.stubGlobal('fetch', answer)
  vi.stubGlobal('WebSocket', NoSocket)
  asked.length = 0
  reads = null
  Object.assign(world, { version: 1, refusal: '' })
  localStorage.clear()
  sessionStorage.clear()
})

afterEach(() => vi.unstubAllGlobals())

const starts = () => asked.filter((one) => one.path === 'conversations')

describe('starting', () => {
  it('says which text was shown, in which language', async () => {
    const chat = new Chat('http://desk', 'k', 'sv')
    await chat.load()
    await chat.start({ name: 'Ada', consent: true })
    expect(starts().map((one) => one.body)).toEqual([
      { key: 'k', language: 'sv', name: 'Ada', consent: true, version: 1, text_language: 'en' },
    ])
    expect(chat.view.phase).toBe('talk')
    chat.halt()
  })

  it.each(['settings/changed-meanwhile', 'consent/answer-needed'])('shows the new text and asks again after %s', async (code) => {
    const chat = new Chat('http://desk', 'k', 'en')
    await chat.load()
    Object.assign(world, { version: 2, refusal: code })
    await chat.start({ name: 'Ada', consent: true })
    expect(chat.view).toMatchObject({ phase: 'form', problem: '#changed', busy: false, config: { text: 'Text 2', version: 2 } })
    await chat.start({ name: 'Ada', consent: false })
    expect(starts().map((one) => one.body?.version)).toEqual([1, 2])
    expect(starts()[0]?.key).not.toBe(starts()[1]?.key)
    expect(chat.view.phase).toBe('talk')
    chat.halt()
  })

  it('says any other refusal in the words of the server', async () => {
    const chat = new Chat('http://desk', 'k', 'en')
    await chat.load()
    Object.assign(world, { version: 2, refusal: 'request/malformed' })
    await chat.start({ name: 'Ada' })
    expect(chat.view).toMatchObject({ problem: 'Changed.', config: { version: 1 } })
  })

  it('waits for the text that stands before a call', async () => {
    const chat = new Chat('http://desk', 'k', 'en')
    await chat.load()
    const turned = chat.turn({ calling: 'voice' })
    expect(chat.view).toMatchObject({ calling: 'voice', busy: true })
    await turned
    expect(chat.view).toMatchObject({ calling: 'voice', busy: false })
    chat.halt()
  })
})

describe('an answer that took its time', () => {
  const queued = { items: [], conversation: { id: 'c', state: 'open', place: 1 } }

  it('says nothing against what the line has told meanwhile', async () => {
    const chat = new Chat('http://desk', 'k', 'en')
    await chat.load()
    const waiting: ((body: object) => void)[] = (reads = [])
    await chat.start({ name: 'Ada', consent: true })
    NoSocket.last?.tells({ state: 'open', place: 1, coming: true })
    waiting[0]?.({ ...queued, items: [{ id: 'm', seq: 1, author: { name: 'Ada', role: 'customer' }, text: 'Hi', at: 'now' }] })
    await vi.waitFor(() => expect(chat.view.talk.messages).toHaveLength(1))
    expect(chat.view.talk.situation).toMatchObject({ coming: true })
    chat.halt()
  })

  it('is believed where the line is silent', async () => {
    const chat = new Chat('http://desk', 'k', 'en')
    await chat.load()
    const waiting: ((body: object) => void)[] = (reads = [])
    await chat.start({ name: 'Ada', consent: true })
    waiting[0]?.(queued)
    await vi.waitFor(() => expect(chat.view.talk.situation).toMatchObject({ place: 1 }))
    chat.halt()
  })
})
