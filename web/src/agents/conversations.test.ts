import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'

import type { Level, Trend } from '@/conversation/sentiment'
import type { BoardRow } from '@/conversation/types'
import { i18n } from '@/messages'
import Menu from '@/ui/Menu.vue'

import AgentConversations from './AgentConversations.vue'

const AT = '2026-01-01T10:00:00Z'
const feels = (level: Level | 'none', trend: Trend | null = null) => ({ level, trend, score: null, points: [], seq: 1, at: AT, hint: false })
const row = (id: string, part: Partial<BoardRow> = {}) => ({ id, customer: { id: `c${id}`, name: `Customer ${id}` }, sentiment: null, preview: null, ...part }) as BoardRow

function shown(rows: readonly BoardRow[]) {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)', component: { template: '<i />' } }] })
  const cell = mount(AgentConversations, { props: { name: 'Eino', rows }, global: { plugins: [i18n, router] } })
  return { cell, links: cell.findAll('a').map((one) => one.attributes('aria-label')), faces: cell.findAll('[data-sentiment]').map((one) => one.attributes('data-sentiment')) }
}

it('shows each conversation with what its customer feels, the worst first', () => {
  const { links, faces, cell } = shown([row('a'), row('b', { sentiment: feels('positive') }), row('c', { sentiment: feels('negative', 'falling') }), row('d', { sentiment: feels('none') })])
  expect(links).toEqual(['Customer c · Negative · falling', 'Customer b · Positive', 'Customer a', 'Customer d'])
  expect(faces).toEqual(['negative', 'positive'])
  expect([cell.get('a').attributes('href'), cell.get('a .truncate').text()]).toEqual(['/conversations/c', 'Customer c'])
  expect(cell.find('[data-more]').exists()).toBe(false)
})

it('opens those that do not fit in a menu, which are never those who feel worst', () => {
  const rows = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => row(id, { sentiment: feels('slightly_positive') }))
  const { links, cell } = shown([...rows, row('g', { sentiment: feels('very_negative') })])
  expect(links[0]).toBe('Customer g · Very negative')
  expect(links).toHaveLength(4)
  expect([cell.get('[data-more]').text(), cell.get('[data-more]').attributes('aria-label')]).toEqual(['+3', '3 more conversations of Eino'])
  expect(cell.getComponent(Menu).props('entries').map(({ label, detail }) => [label, detail])).toEqual(['d', 'e', 'f'].map((id) => [`Customer ${id}`, 'Slightly positive']))
})

it('fades what was measured before the newest message', () => {
  const preview = { role: 'customer', at: '2026-01-01T10:01:00Z' } as BoardRow['preview']
  const { cell } = shown([row('a', { sentiment: feels('neutral'), preview }), row('b', { sentiment: feels('neutral') })])
  expect(cell.findAll('a').map((one) => one.find('.greyed').exists())).toEqual([true, false])
})
