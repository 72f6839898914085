import { newId } from '../../api/newId'
import { Refused } from '../api'
import type { Chat } from '../chat'
import type { Taken } from '../deferred'
import type { KeptFile } from '../types'
import type { Files, Known } from './files'
import { forget, keep, kept } from './keeping'

export interface Upload {
  file: File
  preview: string | null
  stage: 'sending' | 'scanning' | 'ready' | 'refused' | 'failed' | 'held'
  /** The part of it that has gone, from 0 to 1. */
  sent: number
  why: string | null
  known: Known | null
  stop(): void
}

const PAUSES_MS = [500, 1000, 2000, 4000]
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Files that are put to the next message. They outlive the panel, as what is being written does. */
export class Uploads {
  all: readonly Upload[] = []

  constructor(
    private readonly chat: Chat,
    private readonly files: Files,
  ) {}

  get allowed(): boolean {
    return this.chat.view.config?.attachments !== null
  }

  standing(): 'none' | 'ready' | 'waiting' {
    if (this.all.some(({ stage }) => stage === 'sending' || stage === 'scanning')) return 'waiting'
    return this.all.some(({ stage }) => stage === 'ready' || stage === 'held') ? 'ready' : 'none'
  }

  add(files: Iterable<File> | null | undefined): boolean {
    const brought = [...(files ?? [])].map((file): Upload => {
      const preview = /^image\/(png|jpeg|gif|webp)$/.test(file.type) ? URL.createObjectURL(file) : null
      return { file, preview, stage: 'sending', sent: 0, why: null, known: null, stop: () => undefined }
    })
    this.all = [...this.all, ...brought]
    brought.forEach((one) => void this.go(one))
    return brought.length > 0
  }

  async go(one: Upload): Promise<void> {
    this.#change(one, { stage: 'sending', sent: 0, why: null })
    try {
      const now = await this.#through(one, one.file)
      this.#change(one, { known: now, why: now.reason, stage: now.progress === 'ready' ? 'ready' : 'refused' })
    } catch (error) {
      const { status = 0, message } = error as Error & { status?: number }
      // What the server has judged it judges so again; whatever else went wrong may be tried once more.
      const final = status >= 400 && status < 500 && status !== 429
      this.#change(one, { stage: final ? 'refused' : status ? 'failed' : 'held', why: status ? message : null })
    }
  }

  /** Not wanted any more, here and at the server. */
  remove(one: Upload): void {
    one.stop()
    this.#drop(one)
    if (!one.known) return
    const { server, headers } = this.chat.access()
    void fetch(`${server}/widget/v1/attachments/${one.known.id}`, { method: 'DELETE', headers, credentials: 'omit' }).catch(() => undefined)
  }

  take(): Taken {
    const going = this.all.filter(({ stage }) => stage === 'ready' || stage === 'held')
    going.forEach((one) => this.#drop(one))
    const held = going.filter(({ known }) => !known).map(({ file }) => ({ id: newId(), file, known: null }))
    return {
      attachments: going.flatMap((one) => one.known ?? []),
      files: held.map(({ id, file }) => ({ id, name: file.name })),
      kept: held.length ? Promise.all(held.map(keep)) : null,
    }
  }

  /** Sends what was kept; each once, as far as it is not there already. Rejected with why one will not go. */
  async bring(files: readonly KeptFile[]): Promise<string[]> {
    const ids: string[] = []
    for (const { id, name } of files) {
      const one = await kept(id)
      if (!one) throw new Refused(410, name)
      if (!one.known) {
        const now = await this.#through(null, one.file).catch((error: Error & { status?: number }) => {
          throw error.status ? new Refused(error.status, error.message) : error
        })
        if (now.progress !== 'ready') throw new Refused(422, now.reason ?? name)
        one.known = now.id
        await keep(one)
      }
      ids.push(one.known)
    }
    return ids
  }

  forget(files: readonly KeptFile[]): void {
    files.forEach(({ id }) => void forget(id))
  }

  /** Sent, and looked into by the server as far as it wants to. */
  async #through(one: Upload | null, file: File): Promise<Known> {
    let now = await this.#post(one, file)
    for (let turn = 0; now.progress === 'scanning' && (!one || this.all.includes(one)); turn += 1) {
      if (one) this.#change(one, { stage: 'scanning' })
      await pause(PAUSES_MS[Math.min(turn, PAUSES_MS.length - 1)] ?? 0)
      const [known] = await this.files.ask([now.id]).catch(() => [])
      now = known ?? now
    }
    return now
  }

  #post(one: Upload | null, file: File): Promise<Known> {
    const { server, headers } = this.chat.access()
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest()
      if (one) one.stop = () => request.abort()
      request.open('POST', `${server}/widget/v1/attachments?name=${encodeURIComponent(file.name || 'file')}`)
      Object.entries(headers).forEach(([name, value]) => request.setRequestHeader(name, value))
      request.setRequestHeader('Content-Type', file.type || 'application/octet-stream')
      request.responseType = 'json'
      request.upload.onprogress = ({ loaded, total }) => one && this.#change(one, { sent: loaded / total, stage: loaded < total ? 'sending' : 'scanning' })
      request.onerror = () => reject(new TypeError())
      request.onload = () => {
        const said = request.response as (Known & { title?: string; detail?: string }) | null
        if (request.status === 201 && said) resolve(said)
        else reject(Object.assign(new Error(said?.detail ?? said?.title ?? `${request.status}`), { status: request.status }))
      }
      request.send(file)
    })
  }

  #drop(one: Upload): void {
    if (one.preview) URL.revokeObjectURL(one.preview)
    this.all = this.all.filter((other) => other !== one)
    this.chat.onChange()
  }

  #change(one: Upload, to: Partial<Upload>): void {
    Object.assign(one, to)
    this.chat.onChange()
  }
}
