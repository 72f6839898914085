import { mount } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'

import { i18n } from '@/messages'

import HoldToTalk from './HoldToTalk.vue'
import { CALL_KEYS } from './keys'
import type { CallLine } from './line'

const sources = import.meta.glob<string>(['../floor/Floor.vue', '../desk/*.vue', '../replay/*.vue', '../shell/*.vue'], { eager: true, query: '?raw', import: 'default' })

describe('the keys of a call', () => {
  it('are none of any list’s', () => {
    const taken = Object.values(sources).flatMap((source) => [...source.matchAll(/keys: '(.+?)'/g)].map((found) => found[1]))
    expect(taken).toContain('m')
    expect(Object.values(CALL_KEYS).filter((key) => taken.includes(key))).toEqual([])
  })

  it('open a microphone for as long as theirs is held, and only where nobody else took it', () => {
    let muted = true
    const mute = vi.fn((now: boolean) => (muted = now))
    const line = { view: () => ({ muted }), mute } as unknown as CallLine
    const held = mount(HoldToTalk, { props: { line }, global: { plugins: [i18n] }, attachTo: document.body })
    const press = (key: string, type = 'keydown', taken = false) => {
      const event = new KeyboardEvent(type, { key, bubbles: true, cancelable: true })
      if (taken) event.preventDefault()
      document.body.dispatchEvent(event)
    }
    for (const key of ['m', 'a', 't', 'x']) press(key)
    press(CALL_KEYS.talk, 'keydown', true)
    expect(mute).not.toHaveBeenCalled()
    press(CALL_KEYS.talk)
    expect(muted).toBe(false)
    press(CALL_KEYS.talk, 'keyup')
    expect(muted).toBe(true)
    held.unmount()
  })
})
