import { api } from '@/api/client'
import { newId } from '@/api/newId'
import { Problem } from '@/api/problem'
import { currentLanguage } from '@/messages'

import type { Attachment, Visibility } from './types'

/** What the server says of a file that was brought, and how to open it where a message has it. */
export interface KnownAttachment extends Attachment {
  progress: 'scanning' | 'ready' | 'refused'
  reason: string | null
  links: Links | null
}

export interface Links {
  until: string
  download: string
  whole: string | null
  thumbnail: string | null
}

/** A file on its way: `sent` is the part of it that has gone, from 0 to 1. */
export interface Upload {
  id: string
  file: File
  preview: string | null
  stage: 'sending' | 'scanning' | 'ready' | 'refused' | 'failed'
  sent: number
  why: string | null
  known: KnownAttachment | null
}

const ASK_AGAIN_MS = [500, 1000, 2000, 4000]
const EARLY_MS = 20_000

export function isPicture(one: { media_type: string }): boolean {
  return one.media_type.startsWith('image/')
}

export function isPlayed(one: { media_type: string }): boolean {
  return /^(audio|video)\//.test(one.media_type)
}

/** `1.4 MB` in the reader's language. */
export function sizeText(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte'] as const
  const step = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log(bytes) / Math.log(1024)))
  const value = bytes / 1024 ** step
  const digits = step > 0 && value < 10 ? 1 : 0
  const format = { style: 'unit', unit: units[step], unitDisplay: 'short', maximumFractionDigits: digits } as const
  return new Intl.NumberFormat(currentLanguage(), format).format(value)
}

/** Sends one file, telling how far it is. Aborted by the signal; a `Problem` says why it was not taken. */
export function sendFile(
  conversation: string,
  file: File,
  how: { visibility: Visibility; signal: AbortSignal; progress: (sent: number) => void },
): Promise<KnownAttachment> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const query = new URLSearchParams({ name: file.name || 'file', visibility: how.visibility })
    request.open('POST', `/api/v1/conversations/${conversation}/attachments?${query.toString()}`)
    request.setRequestHeader('Content-Type', file.type || 'application/octet-stream')
    request.setRequestHeader('Accept-Language', currentLanguage())
    request.responseType = 'json'
    request.upload.onprogress = (event) => event.lengthComputable && how.progress(event.loaded / event.total)
    request.onload = () => {
      const said = request.response as (KnownAttachment & { title?: string; type?: string }) | null
      if (request.status === 201 && said) resolve(said)
      else if (said?.title && said.type) reject(new Problem({ status: request.status, ...said } as unknown as ConstructorParameters<typeof Problem>[0]))
      else reject(new Problem({ type: 'client/unexpected', status: request.status, title: request.statusText }))
    }
    request.onerror = () => reject(Problem.unreachable())
    how.signal.addEventListener('abort', () => {
      request.abort()
      reject(new DOMException('aborted', 'AbortError'))
    })
    request.send(file)
  })
}

/** Waits until it is known whether a file is taken. */
export async function settled(conversation: string, known: KnownAttachment, signal: AbortSignal): Promise<KnownAttachment> {
  let now = known
  for (let turn = 0; now.progress === 'scanning' && !signal.aborted; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS[Math.min(turn, ASK_AGAIN_MS.length - 1)]))
    const asked = await ask(conversation, [now.id]).catch(() => null)
    now = asked?.get(now.id) ?? now
  }
  return now
}

export function newUpload(file: File): Upload {
  const preview = /^image\/(png|jpeg|gif|webp)$/.test(file.type) ? URL.createObjectURL(file) : null
  return { id: newId(), file, preview, stage: 'sending', sent: 0, why: null, known: null }
}

async function ask(conversation: string, ids: readonly string[]): Promise<Map<string, KnownAttachment>> {
  const { items } = await api.get<{ items: KnownAttachment[] }>(`/conversations/${conversation}/attachments`, { ids: ids.join(',') })
  return new Map(items.map((one) => [one.id, one]))
}

const links = new Map<string, Links>()
const waiting = new Map<string, Map<string, ((found: Links | null) => void)[]>>()
const MOST_ASKED = 50

/** Links to a file, good for a while yet; asked for together with those of others that are drawn at the same time. */
export function linksOf(conversation: string, id: string): Promise<Links | null> {
  const known = links.get(id)
  if (known && Date.parse(known.until) - Date.now() > EARLY_MS) return Promise.resolve(known)
  return new Promise((resolve) => {
    const asked = waiting.get(conversation) ?? new Map<string, ((found: Links | null) => void)[]>()
    if (asked.size === 0) {
      waiting.set(conversation, asked)
      queueMicrotask(() => setTimeout(() => void answer(conversation), 20))
    }
    asked.set(id, [...(asked.get(id) ?? []), resolve])
  })
}

async function answer(conversation: string): Promise<void> {
  const asked = [...(waiting.get(conversation) ?? [])]
  waiting.delete(conversation)
  for (let begin = 0; begin < asked.length; begin += MOST_ASKED) {
    const part = asked.slice(begin, begin + MOST_ASKED)
    const found = await ask(conversation, part.map(([id]) => id)).catch(() => new Map<string, KnownAttachment>())
    for (const [id, hear] of part) {
      const one = found.get(id)?.links ?? null
      if (one) links.set(id, one)
      hear.forEach((each) => each(one))
    }
  }
}
