import { Refused, type Api } from './api'
import type { Later } from './deferred'
import { Outbox } from './outbox'
import type { Store } from './storage'
import type { Message, Outgoing } from './types'

/** What the outbox needs of the chat. */
export interface Sender {
  api: Api
  /** Shared by the site's tabs, and there tomorrow as well. */
  shelf: Store
  /** One tab sends at a time. */
  lock: string
  token(): string | null
  later(): Promise<Later>
  posted(message: Message): void
  changed(messages: readonly Outgoing[]): void
  /** The token opens nothing any more: what was not sent is kept. */
  gone(): void
}

/** The outbox of one person, or of strangers, on one page key. */
export function outboxOf({ api, shelf, lock, token, later, posted, changed, gone }: Sender): Outbox {
  return new Outbox({
    post: async ({ text, client_id, attachments = [], files = [] }) => {
      const opens = token()
      if (!opens) throw new Refused(401, '')
      const brought = files.length ? await (await later()).bring(files) : []
      const ids = [...attachments.map(({ id }) => id), ...brought]
      const message = await api.post(opens, { text, client_id, attachments: ids })
      if (files.length) void later().then((one) => one.forget(files))
      posted({ ...message, client_id })
    },
    load: () => shelf.get<Outgoing[]>('outbox') ?? [],
    keep: (messages) => shelf.set('outbox', messages.length ? messages : null),
    changed,
    gone,
    later: (act, ms) => void setTimeout(act, ms),
    alone: (act) => ('locks' in navigator ? navigator.locks.request(lock, act) : act()),
  })
}
