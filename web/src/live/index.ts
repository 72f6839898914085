import { computed, onScopeDispose, readonly, shallowRef, type Ref } from 'vue'

import { Problem } from '@/api/problem'
import type { AnswerFrame } from '@/calls/frames'
import { setServerTime } from '@/ui/clock'

import { inNextBatch } from './batch'
import { LiveConnection, type Sink } from './connection'
import { SILENCE_MS, UNKNOWN, broken, heard, waited, type Freshness } from './freshness'
import type { ClientFrame } from './protocol'
import { Parts, rowSet, slices, type RowSet } from './rows'

const state = shallowRef<Freshness>(UNKNOWN)
/** How fresh the page is: the light in the header, and what greys old figures. */
export const freshness = readonly(state)
export const isStale = computed(() => state.value.status !== 'live')

const answerers = new Set<(frame: AnswerFrame) => void>()
/** Hears what the house answers to offers of calls. Returns what ends it. */
export function whenAnswered(act: (frame: AnswerFrame) => void): () => void {
  answerers.add(act)
  return () => answerers.delete(act)
}

let onSignedOut: () => void = () => undefined
/** What to do when the live stream ends because the session has. */
export function whenLiveSignedOut(act: () => void): void {
  onSignedOut = act
}

function address(): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/live`
}

async function inflate(data: ArrayBuffer): Promise<string> {
  return new Response(new Blob([data]).stream().pipeThrough(new DecompressionStream('gzip'))).text()
}

const connection = new LiveConnection({
  open() {
    const socket = new WebSocket(address())
    socket.binaryType = 'arraybuffer'
    return socket
  },
  inflate: typeof DecompressionStream === 'undefined' ? undefined : inflate,
  heard(frame, caughtUp) {
    if (frame.op === 'answer') for (const answered of answerers) answered(frame)
    if (slept()) return
    // What lay in a sleeping computer is old, and so is the time that it tells.
    if (caughtUp && 'time' in frame && frame.time) setServerTime(frame.time)
    state.value = heard(state.value, Date.now(), 'ms' in frame ? frame.ms : undefined, caughtUp)
  },
  broken() {
    state.value = broken(state.value, Date.now())
  },
  signedOut: () => onSignedOut(),
  later(act, ms) {
    const timer = setTimeout(act, ms)
    return () => clearTimeout(timer)
  },
  random: Math.random,
})

let silence: ReturnType<typeof setInterval> | undefined
const hurry = () => connection.hurry()

/** When the page last noticed that it was running. */
let awakeAt = 0

/** After a freeze or a sleep, what comes first may be old: nothing is current until the server answers a new question. */
function slept(): boolean {
  const at = Date.now()
  const long = awakeAt > 0 && at - awakeAt > SILENCE_MS
  if (long) {
    awakeAt = at
    state.value = broken(state.value, at)
    connection.doubt()
  }
  return long
}

function look(): void {
  slept()
  awakeAt = Date.now()
  state.value = waited(state.value, awakeAt)
}
/** A tab that comes back, or a computer that wakes, must not show for a moment as live what is hours old. */
const AWAKENINGS = ['visibilitychange', 'resume', 'pageshow', 'focus'] as const

export function startLive(): void {
  awakeAt = Date.now()
  silence ??= setInterval(look, 500)
  for (const one of AWAKENINGS) window.addEventListener(one, look, true)
  window.addEventListener('online', hurry)
  connection.start()
}

export function stopLive(): void {
  clearInterval(silence)
  silence = undefined
  awakeAt = 0
  for (const one of AWAKENINGS) window.removeEventListener(one, look, true)
  window.removeEventListener('online', hurry)
  connection.stop()
  for (const topic of shared.values()) topic.set.clear()
  state.value = UNKNOWN
}

export function sendLive(frame: ClientFrame): void {
  connection.send(frame)
}

/** Watches a topic with a sink of one's own; frames come in order. Returns what ends it. */
export function watchTopic(topic: string, sink: Sink, since?: number): () => void {
  return connection.watch(topic, sink, since)
}

interface Shared {
  set: RowSet<unknown>
  problem: Ref<Problem | null>
  holders: number
  stop: () => void
}
const shared = new Map<string, Shared>()

function begin(topic: string): Shared {
  const set = rowSet<unknown>()
  const problem = shallowRef<Problem | null>(null)
  const parts = new Parts()
  const stop = connection.watch(topic, {
    frame(frame) {
      const whole = parts.take(frame, set.rows.size > 0)
      if (!whole) return
      for (const slice of slices(whole)) {
        inNextBatch(() => {
          problem.value = null
          set.take(slice)
        })
      }
    },
    refused(frame) {
      set.clear()
      problem.value = new Problem(frame.problem)
    },
  })
  return { set, problem, holders: 0, stop }
}

/**
 * The rows of a topic, shared by all who ask on this page and watched while any of them lives.
 * To be called in a component's or store's setup.
 */
export function useRows<Row>(topic: string): RowSet<Row> & { problem: Readonly<Ref<Problem | null>> } {
  const entry = shared.get(topic) ?? begin(topic)
  shared.set(topic, entry)
  entry.holders += 1
  onScopeDispose(() => {
    entry.holders -= 1
    if (entry.holders > 0) return
    entry.stop()
    shared.delete(topic)
  })
  return { ...(entry.set as RowSet<Row>), problem: entry.problem }
}
