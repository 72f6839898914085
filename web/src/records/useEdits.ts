import { computed, reactive, shallowRef, watch, type Ref } from 'vue'

import { api } from '@/api/client'
import { Problem } from '@/api/problem'
import type { ConversationState } from '@/conversation/types'

import { detailName, errorsOf } from './forms'
import { asInput, fromInput } from './moments'
import type { Field, Value } from './types'

export type Draft = Value | null

/** What stands in the record, by the names that changes of it have. */
export function standing(state: ConversationState): Readonly<Record<string, Draft>> {
  const fields = Object.entries(state.details?.fields ?? {}).map(([key, value]) => [`fields.${key}`, value] as const)
  return {
    subject: state.subject,
    description: state.details?.description ?? '',
    due_at: asInput(state.record?.due_at ?? null),
    priority: state.priority,
    ...Object.fromEntries(fields),
  }
}

/** A change of one thing, as the server takes it. */
export function changeOf(name: string, value: Draft): Readonly<Record<string, unknown>> {
  if (name.startsWith('fields.')) return { fields: { [name.slice('fields.'.length)]: value } }
  if (name === 'due_at') return value ? { due_at: fromInput(String(value)) } : { undue: true }
  if (name === 'priority') return { priority: Math.trunc(Number(value)) || 0 }
  return { [name]: typeof value === 'string' ? value.trim() : value }
}

/**
 * A record that is edited in place: each thing is saved by itself once it is done. What was begun on an older state
 * than the one that somebody else has saved meanwhile is refused, and stays here until its author decides.
 */
export function useEdits(state: Ref<ConversationState>, fields: Ref<readonly Field[]>, saved: () => void) {
  const drafts = reactive<Record<string, Draft>>({})
  const begun = reactive<Record<string, number>>({})
  const faults = reactive<Record<string, string>>({})
  const clashes = reactive<Record<string, Draft>>({})
  const busy = reactive(new Set<string>())
  const problem = shallowRef<Problem | null>(null)
  const now = computed(() => standing(state.value))

  function forget(name: string): void {
    for (const kept of [drafts, begun, faults, clashes]) delete kept[name]
  }
  watch(
    () => state.value.id,
    () => Object.keys({ ...drafts, ...faults, ...clashes }).forEach(forget),
  )

  const shown = (name: string): Draft => (name in drafts ? (drafts[name] ?? null) : (now.value[name] ?? null))
  function edit(name: string, value: Draft): void {
    begun[name] ??= state.value.record?.revision ?? 0
    drafts[name] = value
  }
  async function send(change: Readonly<Record<string, unknown>>, revision: number): Promise<void> {
    await api.patch(`/conversations/${state.value.id}/record`, { revision, ...change })
  }
  async function save(name: string): Promise<void> {
    if (!(name in drafts) || busy.has(name)) return
    const value = drafts[name] ?? null
    if (value === (now.value[name] ?? null)) return forget(name)
    busy.add(name)
    try {
      await send(changeOf(name, value), begun[name] ?? 0)
      problem.value = null
      forget(name)
      saved()
    } catch (error) {
      const found = Problem.from(error)
      if (found.type === 'record/changed-meanwhile') {
        clashes[name] = value
        delete drafts[name]
        delete begun[name]
        saved()
      } else if (errorsOf(found)[name]) faults[name] = errorsOf(found)[name] ?? ''
      else problem.value = found
    } finally {
      busy.delete(name)
    }
  }
  /** What was refused is put in again, on the state as it is now. */
  function insist(name: string): void {
    const value = clashes[name] ?? null
    delete clashes[name]
    edit(name, value)
    void save(name)
  }
  async function setStatus(status: string): Promise<void> {
    busy.add('status')
    try {
      await send({ status }, state.value.record?.revision ?? 0)
      problem.value = null
      saved()
    } catch (error) {
      problem.value = Problem.from(error)
      saved()
    } finally {
      busy.delete('status')
    }
  }
  const clashList = computed(() => Object.entries(clashes).map(([name, value]) => ({ name, value, label: detailName(name, fields.value) })))
  return { shown, edit, save, insist, forget, setStatus, faults, clashList, busy, problem }
}
