import { describe, expect, it } from 'vitest'

import { Problem } from '@/api/problem'
import type { BoardRow } from '@/conversation/types'

import { Player, type Source } from './player'
import { SPANS, around, bars, following, marks, momentAt, placeOf, ticks } from './timeline'
import type { PastFloor, Step, Steps, Timeline } from './types'

const BEGIN = Date.parse('2026-03-02T09:00:00Z')
const PRESENT = BEGIN + 3_600_000
const iso = (at: number) => new Date(at).toISOString()
const row = (id: string, version: number) => ({ id, version }) as unknown as BoardRow
const step = (position: number, seconds: number, change: Partial<Step> = {}): Step => ({
  position, at: iso(BEGIN + seconds * 1000), kind: 'queued', text: '', actor: { id: 'a', name: 'A' }, conversation: null, customer: null,
  rows: [], gone: [], agents: [], figures: [], ...change,
})

/** A past in which a thing happens every ten seconds; settings change with the one at position 5. */
function past(): Source & { asked: string[] } {
  const all = Array.from({ length: 20 }, (_, index) => step(index + 1, (index + 1) * 10, { rows: [row('c', index + 1)] }))
  const asked: string[] = []
  return {
    asked,
    floor({ at, before }) {
      asked.push(`floor ${at ?? `before ${before}`}`)
      const last = all.filter((one) => (at ? one.at <= at : one.position < (before ?? 0))).at(-1)
      const position = last?.position ?? 0
      const floor: PastFloor = { at: at ?? last?.at ?? iso(BEGIN), position, since: iso(BEGIN), rows: position ? [row('c', position)] : [], agents: [], figures: [] }
      return Promise.resolve(floor)
    },
    steps(after, until, limit) {
      asked.push(`steps ${after} ${limit}`)
      const found = all.filter((one) => one.position > after && one.at <= until)
      const changed = found.findIndex((one) => one.position === 5)
      const steps = found.slice(0, Math.min(limit, changed < 0 ? Infinity : changed + 1))
      const last = steps.at(-1)
      const again = last?.position === 5
      const more = !again && steps.length < found.length
      const page: Steps = { position: last?.position ?? after, at: (again || more) && last ? last.at : until, steps, again, more }
      return Promise.resolve(page)
    },
  }
}
const version = (player: Player) => player.board.rows.get('c')?.version

describe('the player', () => {
  it('begins with the earliest that is kept where a while ago is too long ago', async () => {
    const source = past()
    const floor = source.floor
    source.floor = (query) => {
      if (query.at && query.at < iso(BEGIN)) {
        source.asked.push('too early')
        return Promise.reject(new Problem({ type: 'replay/not-kept', title: '', status: 409, detail: '', since: iso(BEGIN) }))
      }
      return floor(query)
    }
    const player = new Player(source, () => PRESENT)
    await player.begin(BEGIN - 600_000)
    expect(source.asked).toEqual(['too early', `floor ${iso(BEGIN)}`])
    expect(player.problem.value).toBe(null)
    await player.go(BEGIN - 600_000)
    expect(player.problem.value?.type).toBe('replay/not-kept')
  })

  it('asks for no moment before the earliest, which a browser cannot name to the millionth of a second', async () => {
    const source = past()
    const floor = source.floor
    const since = `${iso(BEGIN).slice(0, -1)}135Z`
    source.floor = (query) => {
      if (query.at && Date.parse(query.at) <= BEGIN) return Promise.reject(new Problem({ type: 'replay/not-kept', title: '', status: 409, detail: '', since }))
      return floor(query)
    }
    const player = new Player(source, () => PRESENT)
    await player.begin(BEGIN - 600_000)
    expect(source.asked).toEqual([`floor ${iso(BEGIN + 1)}`])
    expect(player.problem.value).toBe(null)
  })

  it('plays what happened at the speed that is wished, and asks for the floor anew where names changed', async () => {
    const source = past()
    const player = new Player(source, () => PRESENT)
    await player.go(BEGIN)
    player.speed.value = 10
    player.play()
    await player.tick(0)
    for (let second = 0; second < 4; second += 1) await player.tick(1000)
    expect(player.clock.value).toBe(BEGIN + 40_000)
    expect(version(player)).toBe(4)
    for (let second = 0; second < 12; second += 1) await player.tick(250)
    expect(source.asked.some((one) => one === `floor ${iso(BEGIN + 50_000)}`)).toBe(true)
    expect(version(player)).toBeGreaterThanOrEqual(5)
    player.pause()
    const at = player.clock.value
    await player.tick(1000)
    expect(player.clock.value).toBe(at)
  })

  it('plays and steps on past a change of settings whose moment a browser cannot name', async () => {
    const fine = (at: string) => at.replace('Z', '135Z')
    const all = [step(1, 10, { rows: [row('c', 1)] }), step(2, 20), step(3, 30, { rows: [row('c', 3)] })].map((one) => ({ ...one, at: fine(one.at) }))
    // The settings changed at position 2: no step says so, and the floor is to be asked for anew after it.
    const source: Source = {
      floor({ at }) {
        const last = all.filter((one) => Date.parse(one.at) < Date.parse(at ?? '')).at(-1)
        return Promise.resolve({ at: at ?? '', position: last?.position ?? 0, since: iso(BEGIN), rows: last ? [row('c', last.position)] : [], agents: [], figures: [] })
      },
      steps(after, until, limit) {
        const found = all.filter((one) => one.position > after && Date.parse(one.at) < Date.parse(until)).slice(0, limit)
        const again = found.some((one) => one.position === 2)
        const taken = again ? found.filter((one) => one.position <= 2) : found
        const last = taken.at(-1)
        const steps = taken.filter((one) => one.position !== 2)
        return Promise.resolve({ position: last?.position ?? after, at: again && last ? last.at : until, steps, again, more: false })
      },
    }
    const player = new Player(source, () => PRESENT)
    await player.go(BEGIN)
    player.play()
    for (let second = 0; second < 60; second += 1) await player.tick(1000)
    expect(player.clock.value).toBeGreaterThanOrEqual(BEGIN + 35_000)
    expect(version(player)).toBe(3)
    await player.go(BEGIN + 15_000)
    await player.forward()
    expect([version(player), player.last.value?.position]).toEqual([3, 3])
  })

  it('never shows a moment of which it does not know what happened', async () => {
    let answer: (page: Steps) => void = () => undefined
    const source: Source = { ...past(), steps: () => new Promise((resolve) => (answer = resolve)) }
    const player = new Player(source, () => PRESENT)
    await player.go(BEGIN)
    player.play()
    const asked = player.tick(1000)
    await player.tick(5000)
    expect(player.clock.value).toBe(BEGIN)
    answer({ position: 1, at: iso(BEGIN + 20_000), steps: [step(1, 10, { rows: [row('c', 1)] })], again: false, more: false })
    await asked
    void player.tick(12_000)
    expect(player.clock.value).toBe(BEGIN + 12_000)
    expect(version(player)).toBe(1)
  })

  it('steps on and back, also to older versions of a row', async () => {
    const player = new Player(past(), () => PRESENT)
    await player.go(BEGIN + 20_000)
    expect(version(player)).toBe(2)
    await player.forward()
    expect([version(player), player.clock.value, player.last.value?.position]).toEqual([3, BEGIN + 30_000, 3])
    await player.back()
    expect([version(player), player.clock.value]).toEqual([2, BEGIN + 20_000])
    for (const expected of [3, 4, 5, 6]) {
      await player.forward()
      expect(version(player)).toBe(expected)
    }
  })

  it('takes in nothing that was asked for before a jump, and stops at the present', async () => {
    const source = past()
    const player = new Player(source, () => BEGIN + 100_000)
    const early = player.go(BEGIN)
    await player.go(BEGIN + 90_000)
    await early
    expect(version(player)).toBe(9)
    player.speed.value = 60
    player.play()
    for (let tick = 0; tick < 4; tick += 1) await player.tick(250)
    expect([player.playing.value, player.clock.value, version(player)]).toEqual([false, BEGIN + 100_000, 10])
    await player.go(PRESENT * 2)
    expect(player.clock.value).toBe(BEGIN + 100_000)
  })

  it('says what is the matter, and shows no half of it', async () => {
    const source: Source = { ...past(), floor: () => Promise.reject(new Error('gone')) }
    const player = new Player(source, () => PRESENT)
    await player.go(BEGIN)
    expect(player.problem.value).not.toBeNull()
    expect(player.busy.value).toBe(false)
    player.play()
    expect(player.playing.value).toBe(false)
  })
})

describe('the timeline', () => {
  const stretch = { since: BEGIN, until: BEGIN + SPANS.day }
  const timeline: Timeline = {
    since: iso(BEGIN), until: iso(BEGIN + SPANS.day), step: 300,
    slots: [
      { at: iso(BEGIN), facts: 4, marks: {}, first: {} },
      { at: iso(BEGIN + SPANS.day / 2), facts: 100, marks: { force_closed: 2 }, first: { force_closed: iso(BEGIN + SPANS.day / 2 + 5000) } },
    ],
  }

  it('places moments and finds them again', () => {
    expect(placeOf(BEGIN + SPANS.day / 4, stretch)).toBe(0.25)
    expect(momentAt(0.25, stretch)).toBe(BEGIN + SPANS.day / 4)
    expect(momentAt(7, stretch)).toBe(stretch.until)
  })

  it('shows quiet slots beside busy ones, and marks at the first of their kind', () => {
    expect(bars(timeline, stretch).map((one) => [one.x, one.height])).toEqual([[0, 0.2], [0.5, 1]])
    expect(marks(timeline, stretch).map((one) => [one.kind, one.count, one.at])).toEqual([['force_closed', 2, BEGIN + SPANS.day / 2 + 5000]])
  })

  it('never reaches into the future, and follows a clock that has left it', () => {
    expect(around(PRESENT, SPANS.day, PRESENT)).toEqual({ since: PRESENT - SPANS.day, until: PRESENT })
    expect(following(stretch, BEGIN + 5, PRESENT)).toBe(stretch)
    const moved = following(stretch, BEGIN - 60_000, PRESENT)
    expect(placeOf(BEGIN - 60_000, moved)).toBeGreaterThan(0)
  })

  it('labels round moments, not too many', () => {
    for (const length of Object.values(SPANS)) {
      const found = ticks({ since: BEGIN, until: BEGIN + length }, 8)
      expect(found.length).toBeGreaterThan(2)
      expect(found.length).toBeLessThanOrEqual(8)
    }
  })
})
