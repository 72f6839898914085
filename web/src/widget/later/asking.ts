import type { Chat } from '../chat'

/** Asks the server for the customer of this conversation. Rejected with what went wrong, in words to be shown. */
export async function ask<T>(chat: Chat, method: string, path: string, body?: object): Promise<T> {
  const { server, headers } = chat.access()
  const said = body && { body: JSON.stringify(body), headers: { ...headers, 'Content-Type': 'application/json' } }
  let response: Response
  try {
    response = await fetch(`${server}/widget/v1/${path}`, { method, headers, ...said, credentials: 'omit', cache: 'no-store' })
  } catch {
    return Promise.reject<T>('#unreachable')
  }
  const answer = (await response.json().catch(() => ({}))) as T & { title?: string; detail?: string }
  return response.ok ? answer : Promise.reject<T>(answer.detail ?? answer.title ?? `${response.status}`)
}
