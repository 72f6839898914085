import { mount } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'

import { i18n } from '@/messages'
import DataTable from '@/ui/DataTable.vue'

import ShortcutHelp from './ShortcutHelp.vue'
import { onShortcutKey, useShortcuts } from './shortcuts'

const play = vi.fn()
const scope = effectScope()
scope.run(() => useShortcuts(() => ({ label: 'Time', shortcuts: [{ keys: ' ', label: 'Play', act: play }] })))
document.addEventListener('keydown', onShortcutKey)
afterEach(() => {
  play.mockClear()
  document.body.replaceChildren()
})

function table(selectable: boolean) {
  const rows = [{ id: 'ada' }]
  return mount(DataTable<{ id: string }>, {
    props: { label: 'List', columns: [{ id: 'id', label: 'Id', width: 80 }], rows, rowKey: (row: { id: string }) => row.id, rowName: (row: { id: string }) => row.id, selectable, active: 'ada' },
    global: { plugins: [i18n] },
    attachTo: document.body,
  })
}

it('Space is the page’s where nothing in the list can be chosen', async () => {
  await table(false).get('[role=grid]').trigger('keydown', { key: ' ' })
  expect(play).toHaveBeenCalledOnce()
})

it('Space chooses a row where rows can be chosen', async () => {
  const list = table(true)
  await list.get('[role=grid]').trigger('keydown', { key: ' ' })
  expect(play).not.toHaveBeenCalled()
  expect(list.emitted('update:selected')).toEqual([[new Set(['ada'])]])
})

it('the help prints every key', () => {
  const page = mount(ShortcutHelp, { props: { open: true }, global: { plugins: [i18n], stubs: { Dialog: { template: '<div><slot /></div>' } } } })
  const keys = page.findAll('kbd').map((one) => one.text())
  expect(keys).toContain('Space')
  expect(keys.filter((one) => !one)).toEqual([])
})
