import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'

import { api } from '@/api/client'
import { newId } from '@/api/newId'
import { Problem } from '@/api/problem'
import { translate as t } from '@/messages'
import { problemDetail, problemTitle } from '@/messages/problems'
import { keep, keptKey, readKept } from '@/stores/kept'
import { dismissToast, toast } from '@/ui/toasts'

import { stillOutgoing } from './transcript'
import type { Message, Outgoing } from './types'

type New = Pick<Outgoing, 'text' | 'visibility' | 'attachments' | 'to'>

/**
 * What was said and has not arrived, by conversation. It belongs to no screen: whoever looks at another conversation,
 * or loads the page anew, finds it again, and hears of it at once when it could not be sent.
 */
export const useOutbox = defineStore('outbox', () => {
  /** By the key under which the tab keeps it, so that accounts stay apart. */
  const unsent = shallowReactive(new Map<string, readonly Outgoing[]>())
  const told = new Map<string, number>()

  const keyOf = (conversation: string) => keptKey('unsent', conversation)
  const at = (key: string) => unsent.get(key) ?? []
  const of = (conversation: string): readonly Outgoing[] => at(keyOf(conversation))

  function put(key: string, messages: readonly Outgoing[]): void {
    unsent.set(key, messages)
    keep(key, messages.length ? messages : null)
  }

  /** Brings back what an earlier page left: whether it arrived nobody knows any more, so it is shown as failed. */
  function open(conversation: string): void {
    const key = keyOf(conversation)
    if (unsent.has(key)) return
    const left = readKept<Outgoing[]>(key) ?? []
    unsent.set(key, left.map((one) => ({ ...one, failed: one.failed ?? t('conversation.unsent.left') })))
  }

  function forget(key: string, gone: ReadonlySet<string>): void {
    for (const id of gone) {
      dismissToast(told.get(id) ?? 0)
      told.delete(id)
    }
    if (at(key).some((one) => gone.has(one.client_id))) put(key, at(key).filter((one) => !gone.has(one.client_id)))
  }

  /** The message as the server has it, or null when it could not be had. */
  async function deliver(key: string, conversation: string, message: Outgoing): Promise<Message | null> {
    const { client_id, text, visibility } = message
    try {
      const sent = await api.post<Message>(`/conversations/${conversation}/messages`, { text, visibility, client_id, attachments: message.attachments.map((one) => one.id) })
      forget(key, new Set([client_id]))
      return sent
    } catch (error) {
      const problem = Problem.from(error)
      const failed = problemDetail(problem) || problemTitle(problem)
      // It may have arrived by the stream though its answer was lost.
      if (!at(key).some((one) => one.client_id === client_id)) return null
      put(key, at(key).map((one) => (one.client_id === client_id ? { ...one, failed } : one)))
      // Whoever has signed out meanwhile is not told on the sign-in page.
      if (key === keyOf(conversation)) tell(conversation, { ...message, failed })
      return null
    }
  }

  function tell(conversation: string, message: Outgoing): void {
    const action = { label: t('ui.retry'), act: () => void again(conversation, message) }
    told.set(message.client_id, toast({ tone: 'bad', title: t('conversation.unsent.title', { name: message.to }), detail: message.failed ?? undefined, action }))
  }

  function send(conversation: string, words: New): Promise<Message | null> {
    const message: Outgoing = { ...words, client_id: newId(), failed: null }
    const key = keyOf(conversation)
    put(key, [...at(key), message])
    return deliver(key, conversation, message)
  }

  /** The same words under the same `client_id`: a message that did arrive is not doubled. */
  function again(conversation: string, message: Outgoing): Promise<Message | null> {
    const key = keyOf(conversation)
    const { client_id } = message
    if (!at(key).some((one) => one.client_id === client_id && one.failed !== null)) return Promise.resolve(null)
    dismissToast(told.get(client_id) ?? 0)
    put(key, at(key).map((one) => (one.client_id === client_id ? { ...one, failed: null } : one)))
    return deliver(key, conversation, message)
  }

  const drop = (conversation: string, message: Outgoing) => forget(keyOf(conversation), new Set([message.client_id]))

  /** Those that are among these have arrived. */
  function arrived(conversation: string, messages: readonly Message[]): void {
    const key = keyOf(conversation)
    const still = new Set(stillOutgoing(at(key), messages))
    const gone = at(key).filter((one) => !still.has(one))
    if (gone.length) forget(key, new Set(gone.map((one) => one.client_id)))
  }

  return { of, open, send, again, drop, arrived }
})
