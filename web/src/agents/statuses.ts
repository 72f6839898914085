import { shallowRef } from 'vue'

import { allPages } from '@/api/client'
import { currentLanguage } from '@/messages'
import type { Presence } from '@/ui/presence'

/** A custom presence as an agent may choose it (`GET /presences`). */
export interface Status {
  id: string
  name: string
  names: Readonly<Record<string, string>>
  presence: Presence
}

/** What was read last; kept for the page, and read anew whenever somebody is about to choose. */
export const statuses = shallowRef<readonly Status[]>([])

export async function readStatuses(): Promise<void> {
  // Without them the usual presences can still be chosen.
  statuses.value = await allPages<Status>('/presences').catch(() => statuses.value)
}

export const statusName = (status: Pick<Status, 'name' | 'names'>) => status.names[currentLanguage()] ?? status.name
