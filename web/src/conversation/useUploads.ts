import { computed, reactive, type Ref } from 'vue'

import { api } from '@/api/client'
import { Problem } from '@/api/problem'

import { newUpload, sendFile, settled, type Upload } from './attachments'
import type { Visibility } from './types'

/**
 * Files that were put to what is being written, each conversation's and each audience's apart, as drafts are: what was
 * put to a whisper never goes with a reply. They stay while another conversation is on the screen.
 */
const all = reactive(new Map<string, Upload[]>())
const stops = new Map<string, AbortController>()

export function useUploads(conversation: Ref<string>, visibility: Ref<Visibility>) {
  const key = computed(() => `${conversation.value}.${visibility.value}`)
  const uploads = computed<readonly Upload[]>(() => all.get(key.value) ?? [])

  async function go(one: Upload, where: { conversation: string; visibility: Visibility }): Promise<void> {
    const stop = new AbortController()
    stops.set(one.id, stop)
    Object.assign(one, { stage: 'sending', sent: 0, why: null })
    try {
      const progress = (sent: number): void => {
        one.sent = sent
        if (sent === 1) one.stage = 'scanning'
      }
      one.known = await sendFile(where.conversation, one.file, { visibility: where.visibility, signal: stop.signal, progress })
      one.stage = 'scanning'
      one.known = await settled(where.conversation, one.known, stop.signal)
      if (stop.signal.aborted) return
      one.stage = one.known.progress === 'ready' ? 'ready' : 'refused'
      one.why = one.known.reason
    } catch (error) {
      if (stop.signal.aborted) return
      const problem = Problem.from(error)
      // What the server has judged it judges so again; whatever else went wrong may be tried once more.
      one.stage = problem.status >= 400 && problem.status < 500 && problem.status !== 429 ? 'refused' : 'failed'
      one.why = problem.status === 0 ? null : problem.detail || problem.title
    } finally {
      stops.delete(one.id)
    }
  }

  function add(files: Iterable<File>): void {
    const where = { conversation: conversation.value, visibility: visibility.value }
    const here = key.value
    if (!all.has(here)) all.set(here, [])
    for (const file of files) {
      all.get(here)?.push(newUpload(file))
      const one = all.get(here)?.at(-1)
      if (one) void go(one, where)
    }
  }

  function again(one: Upload): void {
    void go(one, { conversation: conversation.value, visibility: visibility.value })
  }

  function drop(one: Upload): void {
    if (one.preview) URL.revokeObjectURL(one.preview)
    stops.get(one.id)?.abort()
    all.set(key.value, (all.get(key.value) ?? []).filter((other) => other.id !== one.id))
    if (!all.get(key.value)?.length) all.delete(key.value)
  }

  /** The upload is not wanted any more, here and at the server. */
  function remove(one: Upload): void {
    drop(one)
    const id = one.known?.id
    if (id) void api.del(`/conversations/${conversation.value}/attachments/${id}`).catch(() => undefined)
  }

  /** All that are ready, taken out of the draft by the message that they go with. */
  function take(): Upload[] {
    const taken = uploads.value.filter((one) => one.stage === 'ready')
    taken.forEach(drop)
    return taken
  }

  return { uploads, add, again, remove, take }
}
