import { computed, reactive, type Ref } from 'vue'

import { api } from '@/api/client'
import { Problem } from '@/api/problem'

import { translate as t } from '@/messages'

import { newUpload, sendFile, settled, sizeText, type Upload } from './attachments'
import { over, type Weighed } from './limits'
import type { Visibility } from './types'
import type { Allowance } from './useAllowance'

/**
 * Files that were put to what is being written, each conversation's and each audience's apart, as drafts are: what was
 * put to a whisper never goes with a reply. They stay while another conversation is on the screen.
 */
const all = reactive(new Map<string, Upload[]>())
const stops = new Map<string, AbortController>()

interface Where {
  conversation: string
  visibility: Visibility
  here: string
}

export function useUploads(conversation: Ref<string>, visibility: Ref<Visibility>, allowance: Ref<Allowance | null>) {
  const key = computed(() => `${conversation.value}.${visibility.value}`)
  const uploads = computed<readonly Upload[]>(() => all.get(key.value) ?? [])

  /** Said as soon as a file is chosen, and once more when it is known what it is: what is over a limit does not go. */
  function judge(one: Upload, { here }: Where): boolean {
    if (allowance.value === null || here !== key.value) return true
    const others = (all.get(here) ?? []).filter((other) => other.id !== one.id && other.stage !== 'refused' && other.stage !== 'failed')
    const found = over(allowance.value, weighed(one), others.map(weighed), one.known !== null)
    if (found === null) return true
    one.stage = 'refused'
    one.why = t(`conversation.files.${found.limit}`, { size: sizeText(found.bytes), most: found.most })
    return false
  }

  async function go(one: Upload, where: Where): Promise<void> {
    if (!judge(one, where)) return
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
      if (one.stage === 'ready') judge(one, where)
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

  const place = (): Where => ({ conversation: conversation.value, visibility: visibility.value, here: key.value })

  function add(files: Iterable<File>): void {
    const where = place()
    const { here } = where
    if (!all.has(here)) all.set(here, [])
    for (const file of files) {
      all.get(here)?.push(newUpload(file))
      const one = all.get(here)?.at(-1)
      if (one) void go(one, where)
    }
  }

  function again(one: Upload): void {
    void go(one, place())
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

function weighed({ known, file }: Upload): Weighed {
  return known ?? { media_type: file.type, size: file.size }
}
