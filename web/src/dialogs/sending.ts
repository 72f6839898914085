import { ref } from 'vue'

import { api } from '@/api/client'
import { Problem } from '@/api/problem'
import { translate as t } from '@/messages'
import { toast } from '@/ui/toasts'

import { useActs, type Outcome, type Subject } from './acts'

interface Sent {
  /** The act's name in a bulk request, and its path below the conversation for one alone. */
  act: string
  path: 'assign' | 'transfer' | 'hand-over' | 'forward' | 'force-close'
  subjects: readonly Subject[]
  body: Readonly<Record<string, unknown>>
  /** What to say when one alone was done. */
  said?: string
  /** Whose yes is waited for: many that were offered are not done yet either. */
  asked?: string
}

interface BulkAnswer {
  items: readonly { id: string; ok?: boolean; problem?: ConstructorParameters<typeof Problem>[0] | null }[]
}

/** Sends an act for one conversation, or for many with an outcome for each. Throws the problem of one alone. */
export function useSending() {
  const busy = ref(false)
  const acts = useActs()

  async function sendMany({ act, subjects, body, asked }: Sent): Promise<void> {
    const answer = await api.post<BulkAnswer>('/conversations/bulk', { act, ids: subjects.map((one) => one.id), ...body })
    const names = new Map(subjects.map((one) => [one.id, one.customer.name]))
    const items: Outcome[] = answer.items.map((item) => ({
      id: item.id,
      name: names.get(item.id) ?? item.id,
      problem: item.problem ? new Problem(item.problem) : null,
    }))
    acts.outcomes = { act, items, asked }
  }

  async function send(what: Sent): Promise<void> {
    busy.value = true
    try {
      const [first] = what.subjects
      if (what.subjects.length > 1) await sendMany(what)
      else if (first) {
        await api.post(`/conversations/${first.id}/${what.path}`, what.body)
        toast({ tone: 'good', title: what.said ?? t(`dialogs.done.${what.act}`, { name: first.customer.name }) })
      }
    } finally {
      busy.value = false
    }
  }
  return { busy, send }
}
