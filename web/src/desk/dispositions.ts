import { allPages } from '@/api/client'
import { currentLanguage } from '@/messages'

export interface Disposition {
  name: string
  queue_id: string | null
  names: Readonly<Record<string, string>>
}

/** Codes for this queue, and whether the house has any: then nothing else is accepted (`domain/conversations/dispositions.py`). */
export interface Dispositions {
  here: readonly Disposition[]
  any: boolean
}

export async function readDispositions(queue: string | null): Promise<Dispositions> {
  const all = await allPages<Disposition>('/dispositions')
  return { here: all.filter((one) => one.queue_id === null || one.queue_id === queue), any: all.length > 0 }
}

export const dispositionName = (one: Disposition) => one.names[currentLanguage()] ?? one.name
