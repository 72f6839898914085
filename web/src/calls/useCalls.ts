import { defineStore } from 'pinia'
import { shallowReactive, watch } from 'vue'

import { translate as t } from '@/messages'
import { useSession } from '@/stores/session'
import { useSounds } from '@/stores/sounds'
import { storedRef } from '@/stores/stored'
import { toast } from '@/ui/toasts'

import { ANY, type Choice } from './capture'
import { OwnCall } from './own'
import { Ring } from './ring'

/** Calls that this tab is in, kept for as long as the tab lives: a page that is loaded anew goes on in them. */
const KEPT = 'valvomo.calls'
type Kept = Record<string, { muted: boolean }>
/** What tabs tell each other: this account has taken the call of this conversation. */
interface Taken {
  me: string
  conversation: string
}

function kept(me: string): Kept {
  try {
    return (JSON.parse(sessionStorage.getItem(`${KEPT}.${me}`) ?? '{}') ?? {}) as Kept
  } catch {
    return {}
  }
}

/** What this tab is in by sound. A call is in one tab of a person's at a time: the one that took it last. */
export const useCalls = defineStore('calls', () => {
  const session = useSession()
  const me = () => session.me?.id ?? ''
  const own = shallowReactive(new Map<string, OwnCall>())
  /** Conversations whose call is on the screen, and by how many panels. */
  const shown = shallowReactive(new Map<string, number>())
  /** Devices belong to the machine, whoever sits at it. */
  const choice = storedRef<Choice>('browser', 'devices', ANY)
  const sounds = useSounds()
  const ring = new Ring(() => choice.value.speaker)
  const others = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(KEPT)

  function keep(): void {
    const calls: Kept = {}
    for (const [id, one] of own) if (one.view.value.phase !== 'elsewhere') calls[id] = { muted: one.view.value.muted }
    sessionStorage.setItem(`${KEPT}.${me()}`, JSON.stringify(calls))
  }

  function drop(id: string): void {
    own.get(id)?.close()
    own.delete(id)
    keep()
  }

  function open(conversation: string, resumed: boolean, muted = false): void {
    const over = () => queueMicrotask(() => own.get(conversation) === call && drop(conversation))
    const rings = (line: Parameters<Ring['follow']>[1]) => ring.follow(conversation, line)
    const heard = () => hush(conversation)
    const call: OwnCall = new OwnCall({ conversation, me: me(), choice: choice.value, muted, resumed, changed: keep, rings, heard, over })
    own.set(conversation, call)
  }

  /** Who speaks in one call is heard in no other: its customer would hear what is another's. */
  function hush(speaking: string): void {
    for (const [id, one] of own) {
      if (id === speaking || !one.isHeard) continue
      one.line.mute(true)
      toast({ tone: 'info', title: t('calls.mutedElsewhere', { name: one.state.value?.customer.name ?? '' }) })
    }
  }

  /** Comes into the call of a conversation, or stands ready for it: here, and in no other tab. To be called where somebody clicks. */
  function enter(conversation: string): void {
    const there = own.get(conversation)
    if (!there) open(conversation, false)
    else if (there.view.value.phase === 'elsewhere') there.line.take()
    else void there.come()
    others?.postMessage({ me: me(), conversation } satisfies Taken)
    keep()
  }

  /** Goes on in what this tab was in before the page was loaded anew. */
  function resume(): void {
    for (const [id, { muted }] of Object.entries(kept(me()))) if (!own.has(id)) open(id, true, muted)
  }

  function show(conversation: string): () => void {
    shown.set(conversation, (shown.get(conversation) ?? 0) + 1)
    return () => {
      const left = (shown.get(conversation) ?? 1) - 1
      if (left > 0) shown.set(conversation, left)
      else shown.delete(conversation)
    }
  }

  others?.addEventListener('message', ({ data }: MessageEvent<Taken>) => {
    if (data.me === me()) own.get(data.conversation)?.line.yield()
  })
  // Whoever signs out, or is signed out, is in no call any more.
  watch(
    () => session.me?.id,
    () => {
      for (const one of own.values()) one.close()
      own.clear()
    },
  )
  watch(() => sounds.on, (on) => ring.mute(!on), { immediate: true })
  watch(choice, (now) => {
    for (const one of own.values()) void one.line.choose(now)
  })

  return { own, shown, choice, enter, leave: drop, resume, show }
})
