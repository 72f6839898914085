import { onScopeDispose } from 'vue'

import { watchTopic } from './index'

/** What a signal says: something of this kind with this id has changed. It carries nothing of what it is now. */
export interface Signal {
  id: string
  kind: string
  position: number
}

/** Null stands for anything: the topic begins, or signals may have been missed. */
type Listener = (changed: readonly Signal[] | null) => void

const heard = new Map<string, { listeners: Set<Listener>; stop: () => void }>()

function begin(topic: string): { listeners: Set<Listener>; stop: () => void } {
  const listeners = new Set<Listener>()
  const stop = watchTopic(topic, {
    frame(frame) {
      const changed = frame.op === 'changes' ? (frame.data as unknown as readonly Signal[]) : null
      for (const listener of [...listeners]) listener(changed)
    },
  })
  return { listeners, stop }
}

/**
 * Calls `listener` when something may have to be read anew. Begin to listen before the first reading, so that nothing
 * falls between them. To be called in a component's setup.
 */
export function useSignal(topic: 'settings' | 'audit' | 'raised' | 'contacts' | 'evaluations' | 'conversations' | 'letters', listener: Listener): void {
  const entry = heard.get(topic) ?? begin(topic)
  heard.set(topic, entry)
  entry.listeners.add(listener)
  onScopeDispose(() => {
    entry.listeners.delete(listener)
    if (entry.listeners.size > 0) return
    entry.stop()
    heard.delete(topic)
  })
}

/** `load`, one at a time: whoever asks while it runs gets another run after it, so the latest answer is the last shown. */
export function oneAtATime(load: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null
  let again = false
  async function run(): Promise<void> {
    try {
      do {
        again = false
        await load()
      } while (again)
    } finally {
      running = null
    }
  }
  return () => {
    again = running !== null
    running ??= run()
    return running
  }
}

/** Between the end of one reading and the next, where something changes all the time. */
export const PAUSE_MS = 1500

/**
 * `load` at once; for whoever asks while it runs, or soon after, once more when some time has passed. For lists of what
 * happens all day, that are not to be asked for at every turn of it. In a component's setup.
 */
export function unhurried(load: () => Promise<void>, pauseMs = PAUSE_MS): () => void {
  let pause: ReturnType<typeof setTimeout> | undefined
  let running = false
  let again = false
  let over = false
  async function run(): Promise<void> {
    running = true
    again = false
    try {
      await load()
    } finally {
      running = false
      if (!over) pause = setTimeout(rested, pauseMs)
    }
  }
  function rested(): void {
    pause = undefined
    if (again) void run()
  }
  onScopeDispose(() => {
    over = true
    clearTimeout(pause)
  })
  return () => {
    if (running || pause !== undefined) again = true
    else void run()
  }
}
