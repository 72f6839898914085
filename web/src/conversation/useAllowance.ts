import { shallowRef, watch, type Ref } from 'vue'

import { api } from '@/api/client'
import type { components } from '@/api/schema'

import type { Visibility } from './types'

export type Allowance = components['schemas']['AttachmentAllowance']

/**
 * What may go with what is being written, by the rule that judges it when it is sent. Null until that is known: then
 * the server says it of each file.
 */
export function useAllowance(conversation: Ref<string>, visibility: Ref<Visibility>): Ref<Allowance | null> {
  const allowance = shallowRef<Allowance | null>(null)
  watch(
    [conversation, visibility],
    async ([one, who]) => {
      allowance.value = null
      const found = await api.get<Allowance>(`/conversations/${one}/attachments/allowance?visibility=${who}`).catch(() => null)
      if (one === conversation.value && who === visibility.value) allowance.value = found
    },
    { immediate: true },
  )
  return allowance
}
