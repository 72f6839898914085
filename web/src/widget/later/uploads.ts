import type { Chat } from '../chat'
import type { Attachment } from '../types'
import type { Files, Known } from './files'

export interface Upload {
  file: File
  preview: string | null
  stage: 'sending' | 'scanning' | 'ready' | 'refused' | 'failed'
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
    return this.all.some(({ stage }) => stage === 'ready') ? 'ready' : 'none'
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
      let now = await this.#post(one)
      for (let turn = 0; now.progress === 'scanning' && this.all.includes(one); turn += 1) {
        this.#change(one, { stage: 'scanning' })
        await pause(PAUSES_MS[Math.min(turn, PAUSES_MS.length - 1)] ?? 0)
        const [known] = await this.files.ask([now.id]).catch(() => [])
        now = known ?? now
      }
      this.#change(one, { known: now, why: now.reason, stage: now.progress === 'ready' ? 'ready' : 'refused' })
    } catch (error) {
      const { status = 0, message } = error as Error & { status?: number }
      // What the server has judged it judges so again; whatever else went wrong may be tried once more.
      const final = status >= 400 && status < 500 && status !== 429
      this.#change(one, { stage: final ? 'refused' : 'failed', why: status ? message : null })
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

  take(): Attachment[] {
    const ready = this.all.filter(({ stage }) => stage === 'ready')
    ready.forEach((one) => this.#drop(one))
    return ready.flatMap((one) => one.known ?? [])
  }

  #post(one: Upload): Promise<Known> {
    const { server, headers } = this.chat.access()
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest()
      one.stop = () => request.abort()
      request.open('POST', `${server}/widget/v1/attachments?name=${encodeURIComponent(one.file.name || 'file')}`)
      Object.entries(headers).forEach(([name, value]) => request.setRequestHeader(name, value))
      request.setRequestHeader('Content-Type', one.file.type || 'application/octet-stream')
      request.responseType = 'json'
      request.upload.onprogress = ({ loaded, total }) => this.#change(one, { sent: loaded / total, stage: loaded < total ? 'sending' : 'scanning' })
      request.onerror = () => reject(new TypeError())
      request.onload = () => {
        const said = request.response as (Known & { title?: string; detail?: string }) | null
        if (request.status === 201 && said) resolve(said)
        else reject(Object.assign(new Error(said?.detail ?? said?.title ?? `${request.status}`), { status: request.status }))
      }
      request.send(one.file)
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
