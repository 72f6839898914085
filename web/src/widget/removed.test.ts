import { h, render } from 'preact'
import { expect, it } from 'vitest'

import type { Chat } from './chat'
import { Conversation } from './Conversation'
import en from './messages/en.json'
import { textsOf } from './texts'
import type { Message } from './types'
import { BEGINNING } from './view'

function said(seq: number, text: string, role: string): Message {
  return { id: `m${seq}`, seq, author: { name: 'Aino', role }, text, at: '2026-03-02T09:00:00Z' } as Message
}

it('says that what was written has been removed, and draws no empty bubble', () => {
  const situation = { state: 'closed', notices: [] }
  const messages = [said(1, '', 'customer'), said(2, '', 'agent'), said(3, 'Still here', 'agent')]
  const chat = { later: null, view: { ...BEGINNING, phase: 'talk', talk: { ...BEGINNING.talk, situation, messages } } }
  const place = document.createElement('div')
  render(h(Conversation, { chat: chat as unknown as Chat, texts: textsOf({ ...en, told: {} }), language: 'en' }), place)
  expect([...place.querySelectorAll('.words')].map((one) => one.textContent)).toEqual(['Removed', 'Removed', 'Still here'])
})
