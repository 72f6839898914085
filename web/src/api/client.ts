import { currentLanguage } from '@/messages'

import { newId } from './newId'
import type { Address } from './paths'
import { Problem } from './problem'

/** Where to go when the session has ended; set by the session store. */
let onSignedOut: () => void = () => undefined
export function whenSignedOut(act: () => void): void {
  onSignedOut = act
}

/** Where to go when a second factor is asked for from now on; set by the session store. */
let onFactorNeeded: () => void = () => undefined
export function whenFactorNeeded(act: () => void): void {
  onFactorNeeded = act
}

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>

function address(path: string, query?: Query): string {
  const given = Object.entries(query ?? {}).flatMap(([key, value]) => (typeof value === 'object' ? (value ?? []) : [value]).map((one) => [key, one] as const))
  const told = given.filter(([, value]) => value !== null && value !== undefined && value !== '')
  if (told.length === 0) return `/api/v1${path}`
  return `/api/v1${path}?${new URLSearchParams(told.map(([key, value]) => [key, String(value)])).toString()}`
}

async function toProblem(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null)
  if (typeof body === 'object' && body !== null && 'type' in body && 'title' in body) {
    return new Problem({ status: response.status, ...body } as ConstructorParameters<typeof Problem>[0])
  }
  return new Problem({ type: 'client/unexpected', status: response.status, title: response.statusText })
}

interface Options {
  query?: Query
  body?: unknown
  key?: string
  signal?: AbortSignal
}

async function request(method: string, path: string, options: Options): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': currentLanguage() }
  if (options.body !== undefined) headers['Content-Type'] = 'application/json'
  if (options.key) headers['Idempotency-Key'] = options.key
  const body = options.body === undefined ? undefined : JSON.stringify(options.body)
  try {
    return await fetch(address(path, options.query), { method, headers, body, credentials: 'same-origin', signal: options.signal })
  } catch {
    throw Problem.unreachable()
  }
}

export const WRONG_CREDENTIALS = 'session/wrong-credentials'

/** What a request is answered with once its session has ended. */
const ENDED: ReadonlySet<string> = new Set(['session/not-signed-in', 'session/expired'])

async function read<T>(response: Response): Promise<T> {
  if (!response.ok) {
    const problem = await toProblem(response)
    // A wrong password or code is a 401 as well, and ends no session.
    if (ENDED.has(problem.type) && !response.url.endsWith('/session')) onSignedOut()
    if (problem.type === 'session/second-factor-needed') onFactorNeeded()
    throw problem
  }
  if (response.status === 204 || response.headers.get('Content-Length') === '0') return undefined as T
  return (await response.json()) as T
}

const RETRIES_MS = [300, 1000, 3000]
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * A command, under one idempotency key: a lost answer is asked for again with the same key, so that neither a bad
 * network nor a database that is away for a moment loses the command or does it twice.
 */
async function command<T>(method: string, path: string, body?: unknown): Promise<T> {
  const key = newId()
  for (const pause of RETRIES_MS) {
    try {
      return await read<T>(await request(method, path, { body, key }))
    } catch (error) {
      if (!(error instanceof Problem) || !error.passing) throw error
      await wait(pause)
    }
  }
  return read<T>(await request(method, path, { body, key }))
}

/**
 * Asks for what takes long and is answered line by line (NDJSON). Aborting ends it on the server too; what was aborted,
 * or broke off, throws a `Problem`.
 */
async function* lines<T>(path: string, body: unknown, signal: AbortSignal): AsyncGenerator<T> {
  const response = await request('POST', path, { body, signal })
  if (!response.ok || !response.body) await read(response)
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  try {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      const whole = `${rest}${part.value}`.split('\n')
      rest = whole.pop() ?? ''
      for (const line of whole) yield JSON.parse(line) as T
    }
  } catch {
    throw Problem.unreachable()
  } finally {
    void reader?.cancel().catch(() => undefined)
  }
}

/** The answer's data, or a thrown `Problem`. Paths are below `/api/v1`. */
export const api = {
  get: async <T>(path: Address<'get'>, query?: Query): Promise<T> => read<T>(await request('GET', path, { query })),
  post: <T = unknown>(path: Address<'post'>, body: unknown = {}): Promise<T> => command<T>('POST', path, body),
  put: <T = unknown>(path: Address<'put'>, body: unknown): Promise<T> => command<T>('PUT', path, body),
  patch: <T = unknown>(path: Address<'patch'>, body: unknown): Promise<T> => command<T>('PATCH', path, body),
  del: <T = unknown>(path: Address<'delete'>): Promise<T> => command<T>('DELETE', path),
  lines: <T>(path: Address<'post'>, body: unknown, signal: AbortSignal): AsyncGenerator<T> => lines<T>(path, body, signal),
}

/** Sends a file as it is; once, since a repeated one would be another. */
export async function sendFile<T>(path: Address<'post'>, file: Blob, query: Query): Promise<T> {
  const headers = { Accept: 'application/json', 'Accept-Language': currentLanguage(), 'Content-Type': 'application/octet-stream' }
  let response: Response
  try {
    response = await fetch(address(path, query), { method: 'POST', headers, body: file, credentials: 'same-origin' })
  } catch {
    throw Problem.unreachable()
  }
  return read<T>(response)
}

/** A file that a command answers, with the name that the server gives it; the browser keeps it where it keeps downloads. */
export async function takeFile(path: Address<'post'>, body: unknown): Promise<void> {
  const response = await request('POST', path, { body })
  if (!response.ok) await read(response)
  const name = /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') ?? '')?.[1] ?? 'valvomo'
  const link = document.createElement('a')
  try {
    link.href = URL.createObjectURL(await response.blob())
  } catch {
    throw Problem.unreachable()
  }
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

/** Sound that a command answers. */
export async function takeSound(path: Address<'post'>): Promise<ArrayBuffer> {
  const response = await request('POST', path, { body: {} })
  if (!response.ok) await read(response)
  try {
    return await response.arrayBuffer()
  } catch {
    throw Problem.unreachable()
  }
}

export interface Paged<T> {
  items: T[]
  next: string | null
}

/** Every item of a paged list, at most `most`, page by page. */
export async function allPages<T>(path: Address<'get'>, query: Query = {}, most = 1000): Promise<T[]> {
  const items: T[] = []
  let cursor: string | null = null
  do {
    const page: Paged<T> = await api.get<Paged<T>>(path, { ...query, cursor })
    items.push(...page.items)
    cursor = page.next
  } while (cursor && items.length < most)
  return items
}
