import { inject, readonly, shallowRef, type InjectionKey, type Ref } from 'vue'

/**
 * The one clock of the page, in milliseconds, on the server's time. It ticks once a second, on the
 * second, so that every ticking figure moves together and costs one timer.
 */
const time = shallowRef(Date.now())
let offset = 0
let timer: ReturnType<typeof setTimeout> | undefined

export const now = readonly(time)

/** Another clock than the page's, for whatever shows another time than the present. */
export const CLOCK: InjectionKey<Readonly<Ref<number>>> = Symbol('clock')

/** The clock of this part of the page; to be called in a setup. */
export function useNow(): Readonly<Ref<number>> {
  return inject(CLOCK, now)
}

function tick(): void {
  time.value = Date.now() + offset
  timer = setTimeout(tick, 1000 - (time.value % 1000))
}

export function startClock(): void {
  if (timer === undefined) tick()
}

/** Time of the server now, without waiting for the next tick. */
export function serverNow(): number {
  return Date.now() + offset
}

/** Takes over the server's time. Differences below a second are the way's, not the clock's. */
export function setServerTime(iso: string): void {
  const difference = Date.parse(iso) - Date.now()
  if (Number.isNaN(difference) || Math.abs(difference - offset) < 1000) return
  offset = Math.abs(difference) < 1000 ? 0 : difference
  time.value = Date.now() + offset
}
