import { newId } from '@/api/newId'
import { Problem } from '@/api/problem'
import { currentLanguage } from '@/messages'

import type { Workstream } from './types'

async function ask(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const response = await fetch(`/widget/v1/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Accept-Language': currentLanguage(), ...headers },
    body: JSON.stringify(body),
    credentials: 'omit',
  }).catch(() => {
    throw Problem.unreachable()
  })
  const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>
  if (!response.ok) throw new Problem({ type: 'client/unexpected', status: response.status, title: response.statusText, ...answer })
  return answer
}

/** Does what a customer would do in the widget: a real conversation, by the public interface, from end to end. */
export async function sendTest(workstream: Workstream, words: { name: string; subject: string; text: string }): Promise<void> {
  const consent = workstream.consent === 'consent' ? { consent: true } : {}
  const { name, subject, text } = words
  const opening = { key: workstream.key, name, subject, language: currentLanguage(), ...consent }
  const { token } = await ask('conversations', opening, { 'Idempotency-Key': newId() })
  await ask('messages', { text, client_id: newId() }, { Authorization: `Bearer ${String(token)}` })
}
