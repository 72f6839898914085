import { describe, expect, it } from 'vitest'

import { AT_ONCE, Keypad, keyOf, KEYS, MOST_SHOWN, withPressed } from './keypad'

/** A pad whose requests end when a test says so. */
function pad() {
  const sent: { keys: string; done(): void; fail(): void }[] = []
  const problems: unknown[] = []
  const keypad = new Keypad({
    send: (keys) => new Promise<void>((done, fail) => sent.push({ keys, done, fail: () => fail(new Error('no')) })),
    changed: () => undefined,
    failed: (problem) => problems.push(problem),
  })
  return { keypad, sent, problems, settled: () => new Promise((resolve) => setTimeout(resolve)) }
}

describe('keys', () => {
  it('are twelve, and a keyboard has them by the same names', () => {
    expect(KEYS.map(([key]) => keyOf(key)).join('')).toBe('123456789*0#')
    expect(['a', 'Enter', '+', '', '12'].map(keyOf)).toEqual([null, null, null, null, null])
  })

  it('that a customer has pressed are shown, the last of them', () => {
    expect(withPressed('12', '#')).toBe('12#')
    const long = withPressed('1'.repeat(MOST_SHOWN), '23')
    expect([long.length, long.slice(-3)]).toEqual([MOST_SHOWN, '123'])
  })
})

describe('pressing', () => {
  it('goes in order: what is pressed while a request is out goes with the next one', async () => {
    const { keypad, sent, settled } = pad()
    for (const key of '4711#') keypad.press(key)
    expect(sent.map((one) => one.keys)).toEqual(['4'])
    sent[0]?.done()
    await settled()
    expect(sent.map((one) => one.keys)).toEqual(['4', '711#'])
    sent[1]?.done()
    await settled()
    keypad.press('0')
    expect(sent.map((one) => one.keys)).toEqual(['4', '711#', '0'])
  })

  it('takes no more at once than the house does', async () => {
    const { keypad, sent, settled } = pad()
    for (let index = 0; index < AT_ONCE + 5; index += 1) keypad.press('1')
    for (let index = 0; index < 3; index += 1) {
      sent[index]?.done()
      await settled()
    }
    expect(sent.map((one) => one.keys.length)).toEqual([1, AT_ONCE, 4])
  })

  it('keeps nothing but how many there were and the last one', async () => {
    const { keypad, sent, settled } = pad()
    for (const key of '4000') keypad.press(key)
    sent[0]?.done()
    await settled()
    sent[1]?.done()
    await settled()
    expect([keypad.count, keypad.last]).toEqual([4, '0'])
    expect(JSON.stringify(keypad)).not.toContain('4000')
  })

  it('says what was not pressed, and presses nothing that waited behind it', async () => {
    const { keypad, sent, problems, settled } = pad()
    for (const key of '123') keypad.press(key)
    sent[0]?.fail()
    await settled()
    expect([keypad.count, keypad.last, sent.length, problems.length]).toEqual([0, '', 1, 1])
    keypad.press('9')
    expect(sent.map((one) => one.keys)).toEqual(['1', '9'])
  })
})
