import { computed, onScopeDispose, shallowRef, watch, type Ref } from 'vue'

import { api, type Paged } from '@/api/client'
import { Problem } from '@/api/problem'
import { sendLive, watchTopic } from '@/live'
import { inNextBatch } from '@/live/batch'
import { now } from '@/ui/clock'

import { useOutbox } from './outbox'
import { SILENT, firstGap, takeItems, type Talk } from './transcript'
import type { Attachment, ConversationState, Message, Outgoing, Visibility } from './types'

const TYPING_EVERY_MS = 3000
/** Messages that are read over HTTP at a time. */
const PAGE = 200

/**
 * One conversation, live: its messages, who types, its state. `access` is `refused` while this person may
 * not read it, as a supervisor who does not monitor it; `watchAgain` asks anew after an act that changes that.
 */
export function useConversation(id: Ref<string>) {
  const talk = shallowRef<Talk>(SILENT)
  const outbox = useOutbox()
  const access = shallowRef<'asking' | 'open' | 'refused'>('asking')
  const problem = shallowRef<Problem | null>(null)
  const refusal = shallowRef<Problem | null>(null)
  let stop = (): void => undefined
  let typedAt = 0
  let mended = 0
  let seen = 0

  function watchAgain(): void {
    stop()
    seen = 0
    const topic = `conversation:${id.value}`
    const wanted = id.value
    stop = watchTopic(topic, {
      frame: (frame) =>
        inNextBatch(() => {
          if (id.value !== wanted) return
          talk.value = takeItems(talk.value, frame.data, now.value)
          outbox.arrived(wanted, talk.value.messages)
          access.value = 'open'
          refusal.value = null
          void mendGap()
          see()
        }),
      refused: (frame) => {
        if (id.value !== wanted) return
        access.value = 'refused'
        refusal.value = new Problem(frame.problem)
        talk.value = { ...talk.value, messages: [], typing: new Map() }
      },
    })
  }

  /** Whoever serves the customer has what is on the screen before their eyes; the server tells them apart from watchers. */
  function see(): void {
    const last = talk.value.messages.at(-1)?.seq ?? 0
    if (document.visibilityState !== 'visible' || access.value !== 'open' || last <= seen) return
    seen = last
    sendLive({ op: 'seen', conversation: id.value, seq: last })
  }
  document.addEventListener('visibilitychange', see)
  onScopeDispose(() => document.removeEventListener('visibilitychange', see))

  /** The messages that follow a number, at most a page of them; the number to go on from, if there are more. */
  async function readPage(after: number, limit: number): Promise<number | null> {
    const wanted = id.value
    const page = await api.get<Paged<Message>>(`/conversations/${wanted}/messages`, { after: String(after), limit: String(limit) })
    if (id.value !== wanted) return null
    talk.value = takeItems(talk.value, page.items.map((message) => ({ ...message, kind: 'message' })), now.value)
    outbox.arrived(wanted, page.items)
    access.value = 'open'
    return page.next === null ? null : Number(page.next)
  }

  /** After a long break the stream goes on with the newest: what is between is read over HTTP, each hole once. */
  async function mendGap(): Promise<void> {
    for (;;) {
      const gap = firstGap(talk.value.messages, talk.value.messages[0]?.seq ?? 1)
      if (gap === null || gap <= mended) return
      mended = gap
      try {
        await readPage(gap - 1, PAGE)
      } catch {
        mended = 0
        return
      }
    }
  }

  /** A page of what is before the first message that is here: the stream begins with the newest. */
  async function readEarlier(): Promise<void> {
    const before = (talk.value.messages[0]?.seq ?? 1) - 1
    if (before > 0) await readPage(Math.max(0, before - PAGE), Math.min(before, PAGE)).catch(() => undefined)
  }

  /** The whole state anew; for those who may not watch the topic, the way to know it. */
  async function reload(): Promise<void> {
    const wanted = id.value
    try {
      const state = await api.get<ConversationState>(`/conversations/${wanted}`)
      if (id.value !== wanted) return
      const known = talk.value.state
      if (!known || known.id !== state.id || state.version >= known.version) talk.value = { ...talk.value, state }
      problem.value = null
    } catch (error) {
      if (id.value !== wanted) return
      problem.value = Problem.from(error)
      // What may not be seen any more is not shown any more, not even as it was.
      if (problem.value.status === 404) talk.value = SILENT
    }
  }

  /** The whole transcript, page by page; for what is closed, which nothing live belongs to any more. */
  async function readTranscript(): Promise<void> {
    let after: number | null = 0
    while (after !== null) after = await readPage(after, PAGE)
  }

  /** The answer may come when another conversation is on the screen. */
  async function taking(wanted: string, sent: Promise<Message | null>): Promise<void> {
    const message = await sent
    if (id.value === wanted && typeof message?.seq === 'number') talk.value = takeItems(talk.value, [{ ...message, kind: 'message' }], now.value)
  }

  function send(text: string, visibility: Visibility, attachments: readonly Attachment[] = []): void {
    const to = talk.value.state?.customer.name ?? ''
    void taking(id.value, outbox.send(id.value, { text, visibility, attachments, to }))
  }
  const sendAgain = (message: Outgoing) => void taking(id.value, outbox.again(id.value, message))
  const drop = (message: Outgoing) => outbox.drop(id.value, message)

  function type(visibility: Visibility): void {
    if (visibility !== 'public' || Date.now() - typedAt < TYPING_EVERY_MS) return
    typedAt = Date.now()
    sendLive({ op: 'typing', conversation: id.value, typing: true })
  }

  watch(
    id,
    () => {
      talk.value = SILENT
      mended = 0
      outbox.open(id.value)
      access.value = 'asking'
      problem.value = null
      refusal.value = null
      void reload()
      watchAgain()
    },
    { immediate: true },
  )
  onScopeDispose(() => stop())

  return {
    state: computed(() => talk.value.state),
    messages: computed(() => talk.value.messages),
    typing: computed(() => [...talk.value.typing.values()].filter((one) => one.until > now.value)),
    outgoing: computed(() => outbox.of(id.value)),
    access,
    problem,
    refusal,
    reload,
    readEarlier,
    readTranscript,
    watchAgain,
    send,
    sendAgain,
    drop,
    type,
  }
}

export type LiveConversation = ReturnType<typeof useConversation>
