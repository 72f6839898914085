import { shallowRef } from 'vue'

import { Problem } from '@/api/problem'
import type { BoardRow } from '@/conversation/types'
import type { AgentRow, FiguresItem } from '@/floor/types'
import type { Item } from '@/live/protocol'
import { rowSet } from '@/live/rows'

import type { PastFloor, Speed, Step, Steps } from './types'

/** Where the past is asked for. */
export interface Source {
  floor(query: { at?: string; position?: number; before?: number }): Promise<PastFloor>
  steps(after: number, until: string, limit: number): Promise<Steps>
}

/** So much of the past is asked for ahead of the clock, in seconds of watching. */
const AHEAD = 10
/** Steps that are asked for together. */
const PAGE = 200
/** Changes of settings that a step forward goes over. */
const TRIES = 5
const DAY = 86_400_000
const NOT_KEPT = 'replay/not-kept'
/** So near to the present there is nothing to play: it is on the floor. */
const CAUGHT_UP_MS = 2000

/** The server counts in millionths of a second and a browser in thousandths: the first of these that is not before it. */
function reachable(since: string): number {
  return Date.parse(since) + (/\.\d{3}0*[1-9]/.test(since) ? 1 : 0)
}

/**
 * The floor at a moment of the past, and on from there: by jumps, by steps, or playing. The clock goes on only as far as
 * what happened is known. A jump ends whatever was under way; an answer that comes after it is not taken in.
 */
export class Player {
  readonly board = rowSet<BoardRow>()
  readonly agents = rowSet<AgentRow>()
  readonly figures = rowSet<FiguresItem>()
  /** The moment that is shown, in milliseconds; 0 before the first. */
  readonly clock = shallowRef(0)
  readonly since = shallowRef<number | null>(null)
  readonly playing = shallowRef(false)
  readonly speed = shallowRef<Speed>(1)
  readonly busy = shallowRef(false)
  readonly last = shallowRef<Step | null>(null)
  readonly problem = shallowRef<Problem | null>(null)

  private position = 0
  private turn = 0
  private ahead: Step[] = []
  private known = 0
  private knownPosition = 0
  private again = false
  private asking = false

  constructor(
    private readonly source: Source,
    private readonly present: () => number,
  ) {}

  /** Show a moment. */
  async go(at: number): Promise<void> {
    await this.show({ at: new Date(Math.min(at, this.present())).toISOString() })
  }

  /** Show a moment, or the earliest one that is kept: nobody who just comes knows which that is. */
  async begin(at: number): Promise<void> {
    await this.go(at)
    const kept = reachable(String(this.problem.value?.facts.since ?? ''))
    if (this.problem.value?.type === NOT_KEPT && !Number.isNaN(kept)) await this.go(kept)
  }

  /** Undo the last thing that happened. */
  async back(): Promise<void> {
    this.pause()
    await this.show({ before: this.position })
  }

  /** On to the next thing that happens. */
  async forward(): Promise<void> {
    this.pause()
    for (let tries = 0; tries < TRIES; tries += 1) {
      if (this.ahead.length === 0 && !this.again) await this.read(new Date(this.present()).toISOString(), 1)
      const next = this.ahead.shift()
      if (next) {
        this.apply(next)
        this.clock.value = Date.parse(next.at)
      }
      const renews = this.again && this.ahead.length === 0
      if (renews) await this.renew()
      if (next || !renews) return
    }
  }

  play(): void {
    if (this.problem.value) return
    if (this.clock.value >= this.present() - CAUGHT_UP_MS) void this.arrive()
    else this.playing.value = true
  }

  pause(): void {
    this.playing.value = false
  }

  /** So many milliseconds have passed for whoever watches. */
  async tick(passed: number): Promise<void> {
    if (!this.playing.value || this.busy.value) return
    const wanted = Math.min(this.clock.value + passed * this.speed.value, this.present())
    const reached = Math.min(wanted, this.known)
    let taken = 0
    for (const step of this.ahead) {
      if (Date.parse(step.at) > reached) break
      this.apply(step)
      taken += 1
    }
    this.ahead.splice(0, taken)
    this.clock.value = Math.max(this.clock.value, reached)
    if (this.ahead.length === 0 && this.known <= this.clock.value && this.again) return this.renew()
    if (this.clock.value >= this.present() - CAUGHT_UP_MS) return this.arrive()
    const lookAhead = this.clock.value + Math.min(AHEAD * 1000 * this.speed.value, DAY)
    if (this.known < lookAhead && !this.asking && !this.again && this.ahead.length < PAGE) {
      await this.read(new Date(Math.min(lookAhead + AHEAD * 1000 * this.speed.value, this.present())).toISOString(), PAGE)
    }
  }

  /** The last moments are shown as they ended: what happens meanwhile would never be caught up with. */
  private async arrive(): Promise<void> {
    this.pause()
    await this.go(this.present())
  }

  private async show(query: { at?: string; position?: number; before?: number }): Promise<void> {
    this.turn += 1
    const turn = this.turn
    this.busy.value = true
    try {
      const floor = await this.source.floor(query)
      if (turn !== this.turn) return
      this.put(floor)
    } catch (error) {
      if (turn !== this.turn) return
      this.problem.value = Problem.from(error)
      this.pause()
    } finally {
      if (turn === this.turn) this.busy.value = false
    }
  }

  private put(floor: PastFloor): void {
    for (const [set, rows] of [[this.board, floor.rows], [this.agents, floor.agents], [this.figures, floor.figures]] as const) {
      // Versions go back with the time: nothing of what was shown is newer than this.
      set.clear()
      set.take({ data: rows as unknown as Item[] })
    }
    this.position = this.knownPosition = floor.position
    this.clock.value = this.known = Date.parse(floor.at)
    this.since.value = reachable(floor.since)
    this.ahead = []
    this.again = false
    this.last.value = null
    this.problem.value = null
  }

  /** Names or the day are others from here on. */
  private async renew(): Promise<void> {
    await this.show({ at: new Date(this.known).toISOString() })
  }

  private async read(until: string, limit: number): Promise<void> {
    const turn = this.turn
    this.asking = true
    try {
      const page = await this.source.steps(this.knownPosition, until, limit)
      if (turn !== this.turn) return
      this.ahead.push(...page.steps)
      // Where the floor is asked for anew, what changed there has to be in it.
      this.known = Math.max(this.known, reachable(page.at))
      this.knownPosition = page.position
      this.again = page.again
    } catch (error) {
      if (turn !== this.turn) return
      this.problem.value = Problem.from(error)
      this.pause()
    } finally {
      this.asking = false
    }
  }

  private apply(step: Step): void {
    const gone = step.gone.map((id) => ({ id, removed: true }))
    if (step.rows.length || gone.length) this.board.take({ data: [...(step.rows as unknown as Item[]), ...gone] })
    if (step.agents.length) this.agents.take({ data: step.agents as unknown as Item[] })
    if (step.figures.length) this.figures.take({ data: step.figures as unknown as Item[] })
    this.position = step.position
    this.last.value = step
  }
}
