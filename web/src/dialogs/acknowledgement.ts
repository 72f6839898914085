import { api } from '@/api/client'

/** A text that this person must still acknowledge, in their language. */
export interface Acknowledgement {
  kind: string
  title: string
  text: string
  version: number
  language: string
}

export const SUPERVISOR_PURPOSE = 'supervisor_purpose'

let acknowledgedBy: string | null = null

/** The text that is still to be acknowledged; null when it is done. */
export async function readAcknowledgement(kind: string): Promise<Acknowledgement | null> {
  const { items } = await api.get<{ items: Acknowledgement[] }>('/acknowledgements')
  return items.find((item) => item.kind === kind) ?? null
}

/** Whether this supervisor has said that they know what monitoring is for; asked once a page and person. */
export async function isAcknowledged(person: string): Promise<boolean> {
  if (acknowledgedBy !== person && (await readAcknowledgement(SUPERVISOR_PURPOSE)) === null) acknowledgedBy = person
  return acknowledgedBy === person
}

export async function acknowledge({ kind, version, language }: Acknowledgement): Promise<void> {
  await api.post('/acknowledgements', { kind, version, language })
}
