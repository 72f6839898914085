import type { Chat } from '../chat'
import type { Attachment } from '../types'

export interface Known extends Attachment {
  progress: 'scanning' | 'ready' | 'refused'
  reason: string | null
  links: { until: string; download: string; whole: string | null; thumbnail: string | null } | null
}

const EARLY_MS = 20_000
const AGAIN_MS = 2000
const MOST_ASKED = 100

/** What the server says of files: how far they are, and how to open those that messages have. */
export class Files {
  readonly #known = new Map<string, Known>()
  readonly #asked = new Set<string>()

  constructor(private readonly chat: Chat) {}

  async ask(ids: readonly string[]): Promise<Known[]> {
    const { server, headers } = this.chat.access()
    const response = await fetch(`${server}/widget/v1/attachments?ids=${ids.join()}`, { headers, credentials: 'omit', cache: 'no-store' })
    if (!response.ok) return []
    const { items } = (await response.json()) as { items: Known[] }
    items.forEach((item) => this.#known.set(item.id, item))
    return items
  }

  /** Links to a file, good for a while yet; those of all that are drawn together are asked for at once. */
  linksOf(id: string): Known['links'] {
    const links = this.#known.get(id)?.links ?? null
    if (links && Date.parse(links.until) - Date.now() > EARLY_MS) return links
    if (this.#asked.size === 0) setTimeout(() => void this.#answer())
    this.#asked.add(id)
    return links
  }

  /** An address of the server, also on the page of another site. */
  at(path: string | null | undefined): string | undefined {
    return path ? new URL(path, this.chat.access().server).href : undefined
  }

  async #answer(): Promise<void> {
    const ids = [...this.#asked].slice(0, MOST_ASKED)
    await this.ask(ids).catch(() => undefined)
    this.chat.onChange()
    // Whoever has none is not asked about again at once, each time that something is drawn.
    setTimeout(() => ids.forEach((one) => this.#asked.delete(one)), AGAIN_MS)
  }
}
