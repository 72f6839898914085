import { shallowRef, watch, type Ref } from 'vue'

import { api } from '@/api/client'

import type { SentimentPoint } from './sentiment'

/** What was measured of earlier messages of a conversation; asked for once reading is open, kept up by what comes live. */
export function useReadings(id: Ref<string>, open: Ref<boolean>): Ref<readonly SentimentPoint[]> {
  const readings = shallowRef<readonly SentimentPoint[]>([])
  watch(
    [id, open],
    async ([wanted, isOpen]) => {
      readings.value = []
      if (!isOpen) return
      const found = await api.get<{ readings: SentimentPoint[] }>(`/conversations/${wanted}/sentiment`).catch(() => null)
      if (found && id.value === wanted) readings.value = found.readings
    },
    { immediate: true },
  )
  return readings
}
