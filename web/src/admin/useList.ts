import { shallowRef } from 'vue'

import { allPages, type Query } from '@/api/client'
import type { Address } from '@/api/paths'
import { Problem } from '@/api/problem'
import { oneAtATime, useSignal, type Signal } from '@/live/signals'

/** What the settings are of which somebody may hear that they have changed. */
export type SettingKind =
  | 'insight'
  | 'supervision'
  | 'sign_in'
  | 'attention'
  | 'retention'
  | 'alert_rule'
  | 'queue'
  | 'user'
  | 'workstream'
  | 'text'
  | 'token'
  | 'webhook'
  | 'skill'
  | 'hours'
  | 'presence'
  | 'template'
  | 'quick_reply'
  | 'disposition'
  | 'evaluation_form'
  | 'sampling_rule'
  | 'record_form'
  | 'record_import'
  | 'bot'
  | 'bot_snippet'
  | 'channel_account'
  | 'dispatch'
  | 'arrival'

/** Whether something of these kinds has changed, or may have. */
export function concerns(changed: readonly Signal[] | null, kinds: readonly SettingKind[]): boolean {
  return changed === null || changed.some((one) => kinds.some((kind) => kind === one.kind))
}

/** A list of settings that is read anew when something of these kinds has changed. In a component's setup. */
export function useList<T>(path: Address<'get'>, kinds: readonly SettingKind[], narrowed: Query = {}) {
  const items = shallowRef<readonly T[] | null>(null)
  const problem = shallowRef<Problem | null>(null)

  const load = oneAtATime(async () => {
    try {
      items.value = await allPages<T>(path, narrowed)
      problem.value = null
    } catch (error) {
      problem.value = Problem.from(error)
    }
  })
  useSignal('settings', (changed) => {
    if (concerns(changed, kinds)) void load()
  })
  void load()
  return { items, problem, load }
}
